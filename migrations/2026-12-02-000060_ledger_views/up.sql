-- The ledger as its payer reads it: any days of any time zone, by space, model and kind, and the calls behind.

-- What was charged in each quarter of an hour: see ADR 16 for why a quarter. Written with the calls themselves.
CREATE TABLE usage_quarters (
    tenant_id      uuid NOT NULL,
    at             timestamptz NOT NULL CHECK (at = date_bin('15 minutes', at, '2000-01-01T00:00:00Z')),
    space_id       uuid NOT NULL,
    model          text NOT NULL,
    kind           text NOT NULL,
    calls          bigint NOT NULL,
    input          bigint NOT NULL,
    output         bigint NOT NULL,
    cache_write    bigint NOT NULL,
    cache_read     bigint NOT NULL,
    cost_nanos     bigint NOT NULL,
    estimated      bigint NOT NULL,    -- calls whose tokens were counted here, for the upstream never told
    unpriced       bigint NOT NULL,    -- calls of a model that the price book does not know
    PRIMARY KEY (tenant_id, at, space_id, model, kind)
);
SELECT parlance_isolate('usage_quarters', 'SELECT, INSERT, UPDATE');

CREATE INDEX usage_events_by_time ON usage_events (tenant_id, at, reservation_id);
CREATE INDEX usage_events_by_conversation ON usage_events (tenant_id, conversation_id)
    WHERE conversation_id IS NOT NULL;

-- On which days the workspace's admins were told that a call has no price.
CREATE TABLE unpriced_notices (
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    day       date NOT NULL,            -- by the workspace's clock
    at        timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, day)
);
SELECT parlance_isolate('unpriced_notices', 'SELECT, INSERT');

-- Calls come in batches, of one tenant each, in one order, so that no two recorders deadlock.
CREATE FUNCTION count_usage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    mine   uuid;
    newest timestamptz;
    today  date;
BEGIN
    INSERT INTO public.usage_quarters AS q (tenant_id, at, space_id, model, kind, calls, input, output,
        cache_write, cache_read, cost_nanos, estimated, unpriced)
    SELECT tenant_id, date_bin('15 minutes', at, '2000-01-01T00:00:00Z'), space_id, model, kind, count(*), sum(input),
           sum(output), sum(cache_write_5m + cache_write_1h), sum(cache_read), sum(cost_nanos),
           count(*) FILTER (WHERE estimated), count(*) FILTER (WHERE price_effective IS NULL)
    FROM fresh GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (tenant_id, at, space_id, model, kind) DO UPDATE SET
        calls = q.calls + excluded.calls, input = q.input + excluded.input, output = q.output + excluded.output,
        cache_write = q.cache_write + excluded.cache_write, cache_read = q.cache_read + excluded.cache_read,
        cost_nanos = q.cost_nanos + excluded.cost_nanos, estimated = q.estimated + excluded.estimated,
        unpriced = q.unpriced + excluded.unpriced;

    SELECT u.tenant_id, u.at, (u.at AT TIME ZONE t.time_zone)::date INTO mine, newest, today
    FROM fresh u JOIN public.tenants t ON t.id = u.tenant_id WHERE u.price_effective IS NULL
    ORDER BY u.at DESC LIMIT 1;
    IF FOUND THEN
        INSERT INTO public.unpriced_notices (tenant_id, day, at) VALUES (mine, today, newest) ON CONFLICT DO NOTHING;
        IF FOUND THEN
            INSERT INTO public.jobs (tenant_id, id, kind, key, payload, state, priority, due_at, created_at)
            VALUES (mine, gen_random_uuid(), 'tell_unpriced', format('unpriced:%s', today),
                    jsonb_build_object('kind', 'tell_unpriced', 'day', today), 'queued', 1, newest, newest)
            ON CONFLICT DO NOTHING;
        END IF;
    END IF;
    RETURN NULL;
END $$;

-- What was charged before.
ALTER TABLE usage_events NO FORCE ROW LEVEL SECURITY;
ALTER TABLE usage_quarters NO FORCE ROW LEVEL SECURITY;
INSERT INTO usage_quarters (tenant_id, at, space_id, model, kind, calls, input, output, cache_write, cache_read,
    cost_nanos, estimated, unpriced)
SELECT tenant_id, date_bin('15 minutes', at, '2000-01-01T00:00:00Z'), space_id, model, kind, count(*), sum(input),
       sum(output), sum(cache_write_5m + cache_write_1h), sum(cache_read), sum(cost_nanos),
       count(*) FILTER (WHERE estimated), count(*) FILTER (WHERE price_effective IS NULL)
FROM usage_events GROUP BY 1, 2, 3, 4, 5;
ALTER TABLE usage_quarters FORCE ROW LEVEL SECURITY;
ALTER TABLE usage_events FORCE ROW LEVEL SECURITY;

CREATE TRIGGER counted AFTER INSERT ON usage_events REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION count_usage();
