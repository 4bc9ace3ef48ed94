-- A workspace's own bound on what models cost it in a month. It is counted as a quota of a plan is, in
-- nano-dollars, with calls that are out at what they may cost at most.

ALTER TABLE tenants ADD COLUMN monthly_budget_nanos bigint CHECK (monthly_budget_nanos >= 0);
-- What of the month is taken for a call until it is settled.
ALTER TABLE reservations ADD COLUMN reserved_nanos bigint NOT NULL DEFAULT 0 CHECK (reserved_nanos >= 0);

-- As before; the bound on cost is not the plan's.
CREATE OR REPLACE FUNCTION parlance_limit(wanted text) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN wanted = 'cost_per_month'
        THEN (SELECT monthly_budget_nanos FROM tenants WHERE id = current_setting('app.tenant_id')::uuid)
        ELSE ((parlance_plan()).limits ->> wanted)::bigint END
$$;

-- As before; who is refused is told that the limit is reached, though a little may be left.
CREATE OR REPLACE FUNCTION parlance_take_quota(
    wanted text, n bigint, at timestamptz,
    OUT taken boolean, OUT used bigint, OUT at_most bigint, OUT resets_at timestamptz)
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    mine  uuid := current_setting('app.tenant_id')::uuid;
    began date;
BEGIN
    at_most := parlance_limit(wanted);
    SELECT p.period, p.resets_at INTO began, resets_at FROM parlance_period(wanted, at) p;
    INSERT INTO quota_counters AS c (tenant_id, quota, period, used)
    SELECT mine, wanted, began, n WHERE at_most IS NULL OR n <= at_most
    ON CONFLICT (tenant_id, quota, period) DO UPDATE SET used = c.used + excluded.used
        WHERE at_most IS NULL OR c.used + excluded.used <= at_most
    RETURNING c.used INTO used;
    taken := FOUND;
    IF NOT taken THEN
        SELECT c.used INTO used FROM quota_counters c
        WHERE c.tenant_id = mine AND c.quota = wanted AND c.period = began;
        used := coalesce(used, 0);
    END IF;
    PERFORM parlance_note_quota(wanted, CASE WHEN taken THEN used ELSE greatest(used, at_most) END, at_most, at);
END $$;

-- Puts `n` nano-dollars more, or less, on what the month of `spent_at` has cost, whatever the budget is.
CREATE FUNCTION parlance_spend(n bigint, spent_at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    spent bigint;
BEGIN
    INSERT INTO quota_counters AS c (tenant_id, quota, period, used)
    SELECT current_setting('app.tenant_id')::uuid, 'cost_per_month', p.period, greatest(n, 0)
    FROM parlance_period('cost_per_month', spent_at) p
    ON CONFLICT (tenant_id, quota, period) DO UPDATE SET used = greatest(c.used + n, 0)
    RETURNING c.used INTO spent;
    IF n > 0 THEN
        PERFORM parlance_note_quota('cost_per_month', spent, parlance_limit('cost_per_month'), spent_at);
    END IF;
END $$;
REVOKE ALL ON FUNCTION parlance_spend(bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parlance_spend(bigint, timestamptz) TO parlance_app;

-- What a call cost takes the place of what was taken for it. A call without a price keeps that: nothing is
-- free because it is unknown.
CREATE FUNCTION spend_reservation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    more bigint := CASE
        WHEN NEW.state = 'settled' AND NEW.price_effective IS NULL
             AND NEW.input + NEW.output + NEW.cache_write_5m + NEW.cache_write_1h + NEW.cache_read > 0 THEN 0
        ELSE NEW.cost_nanos - NEW.reserved_nanos END;
BEGIN
    IF more <> 0 THEN
        PERFORM public.parlance_spend(more, coalesce(NEW.sent_at, NEW.settled_at, NEW.created_at));
    END IF;
    RETURN NULL;
END $$;

-- What the months have cost until now.
ALTER TABLE reservations NO FORCE ROW LEVEL SECURITY;
ALTER TABLE quota_counters NO FORCE ROW LEVEL SECURITY;
INSERT INTO quota_counters (tenant_id, quota, period, used)
SELECT r.tenant_id, 'cost_per_month',
       date_trunc('month', coalesce(r.sent_at, r.settled_at) AT TIME ZONE t.time_zone)::date, sum(r.cost_nanos)
FROM reservations r JOIN tenants t ON t.id = r.tenant_id
WHERE r.state = 'settled' GROUP BY 1, 3 HAVING sum(r.cost_nanos) > 0;
ALTER TABLE quota_counters FORCE ROW LEVEL SECURITY;
ALTER TABLE reservations FORCE ROW LEVEL SECURITY;

CREATE TRIGGER spent AFTER UPDATE OF state ON reservations FOR EACH ROW
    WHEN (OLD.state = 'open' AND NEW.state <> 'open') EXECUTE FUNCTION spend_reservation();
