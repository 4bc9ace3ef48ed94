-- What happened in a quarter of an hour of a space, counted as it happens, and where widgets were seen.
-- A quarter, for then the days of every time zone there is are sums of whole rows.

-- The counters. A metric is a word; the words are in docs/ANALYTICS.md.
CREATE TABLE rollups (
    tenant_id uuid NOT NULL,
    space_id  uuid NOT NULL,
    at        timestamptz NOT NULL CHECK (at = date_bin('15 minutes', at, '2000-01-01T00:00:00Z')),
    metric    text COLLATE "C" NOT NULL CHECK (char_length(metric) BETWEEN 1 AND 60),
    n         bigint NOT NULL,
    PRIMARY KEY (tenant_id, space_id, at, metric),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id)
);
SELECT parlance_isolate('rollups', 'SELECT, INSERT, UPDATE');

-- Who said something in it: visitors are not summed but counted. No foreign key: the id alone stays.
CREATE TABLE rollup_visitors (
    tenant_id  uuid NOT NULL,
    space_id   uuid NOT NULL,
    at         timestamptz NOT NULL,
    visitor_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, space_id, at, visitor_id),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id)
);
SELECT parlance_isolate('rollup_visitors', 'SELECT, INSERT, DELETE');

-- What is still to be added to the two. Only ever inserted by whoever writes what is counted, so that
-- no two of them wait for a row that both count in. No foreign key: what is counted has it.
CREATE TABLE rollup_deltas (
    tenant_id  uuid NOT NULL,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    space_id   uuid NOT NULL,
    at         timestamptz NOT NULL,
    metrics    text[] NOT NULL,
    counts     bigint[] NOT NULL,   -- one for each metric
    visitor_id uuid,                -- who said something, where somebody did
    PRIMARY KEY (tenant_id, id)
);
SELECT parlance_isolate('rollup_deltas', 'SELECT, INSERT, DELETE');

-- When the counters were last compared with what they count, and in how many places they differed.
CREATE TABLE rollup_checks (
    tenant_id   uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    checked_at  timestamptz NOT NULL,
    differences integer NOT NULL
);
SELECT parlance_isolate('rollup_checks', 'SELECT, INSERT, UPDATE');

-- Which of some 250 log-spaced buckets a time in milliseconds falls into: k holds 2^(k/8) up to
-- 2^((k+1)/8), the first one everything below, too.
CREATE FUNCTION rollup_bucket(ms bigint) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN floor(8 * ln(greatest(ms, 1)::double precision) / ln(2::double precision) + 1e-9)::integer;

CREATE FUNCTION rollup_ms(earlier timestamptz, later timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN greatest(0, floor(extract(epoch FROM later - earlier) * 1000))::bigint;

-- An event of the log: what was said, who waits for whom from now on. Writers of one conversation take
-- turns, so what is looked up here of its past is whole. With the rights of whoever writes.
CREATE FUNCTION rollup_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    space   uuid;
    said    record;
    visitor uuid;
    metrics text[] := '{}';
    counts  bigint[] := '{}';
    became  text;
    since   bigint;     -- the event before the present round
    took    bigint;
BEGIN
    SELECT c.space_id INTO space FROM public.conversations c
    WHERE c.tenant_id = NEW.tenant_id AND c.id = NEW.conversation_id;
    IF NEW.seq = 1 THEN
        metrics := metrics || 'conversations'::text;
        counts := counts || 1::bigint;
    END IF;

    IF NEW.kind = 'message' THEN
        SELECT m.author_kind, m.author_id, m.state, m.grounding, m.cached INTO said FROM public.messages m
        WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.message_id;
        IF FOUND THEN
            metrics := metrics || ('messages.' || said.author_kind);
            counts := counts || 1::bigint;
        END IF;
        IF said.author_kind = 'visitor' THEN
            visitor := said.author_id;
        END IF;
        IF said.author_kind = 'assistant' THEN
            metrics := metrics || CASE WHEN said.state <> 'complete' THEN 'answers.' || said.state
                                       WHEN NEW.body ->> 'abstained' = 'true' THEN 'answers.abstained'
                                       ELSE 'answers.given' END;
            counts := counts || 1::bigint;
            IF said.cached THEN
                metrics := metrics || 'answers.cached'::text;
                counts := counts || 1::bigint;
            END IF;
            IF said.grounding IS NOT NULL THEN
                metrics := metrics || ARRAY['grounding.count', 'grounding.sum'];
                counts := counts || ARRAY[1, round((said.grounding * 1000)::numeric)::bigint];
            END IF;
        END IF;
        IF said.author_kind IN ('assistant', 'agent') AND said.state <> 'failed' AND NEW.seq = (
            SELECT m.seq FROM public.messages m
            WHERE m.tenant_id = NEW.tenant_id AND m.conversation_id = NEW.conversation_id
              AND m.author_kind IN ('assistant', 'agent') AND m.state <> 'failed'
            ORDER BY m.seq LIMIT 1)
        THEN
            SELECT public.rollup_ms(m.created_at, NEW.at) INTO took FROM public.messages m
            WHERE m.tenant_id = NEW.tenant_id AND m.conversation_id = NEW.conversation_id
              AND m.author_kind = 'visitor' AND m.seq < NEW.seq
            ORDER BY m.seq LIMIT 1;
            IF FOUND THEN
                metrics := metrics || ARRAY['first_response.sum', 'first_response.' || public.rollup_bucket(took)];
                counts := counts || ARRAY[took, 1];
            END IF;
        END IF;
        IF said.author_kind = 'agent' THEN
            SELECT public.rollup_ms(e.at, NEW.at) INTO took FROM public.conversation_events e
            WHERE e.tenant_id = NEW.tenant_id AND e.conversation_id = NEW.conversation_id
              AND e.kind = 'status' AND e.seq < NEW.seq AND e.body ->> 'status' = 'waiting'
              AND e.seq > coalesce((
                  SELECT m.seq FROM public.messages m
                  WHERE m.tenant_id = NEW.tenant_id AND m.conversation_id = NEW.conversation_id
                    AND m.author_kind = 'agent' AND m.seq < NEW.seq
                  ORDER BY m.seq DESC LIMIT 1), 0)
            ORDER BY e.seq DESC LIMIT 1;
            IF FOUND THEN
                metrics := metrics || ARRAY['human_response.sum', 'human_response.' || public.rollup_bucket(took)];
                counts := counts || ARRAY[took, 1];
            END IF;
        END IF;
    ELSIF NEW.kind = 'status' THEN
        -- What is put off stays what it was.
        SELECT e.body ->> 'status' INTO became FROM public.conversation_events e
        WHERE e.tenant_id = NEW.tenant_id AND e.conversation_id = NEW.conversation_id
          AND e.kind = 'status' AND e.seq < NEW.seq AND e.body ->> 'status' <> 'snoozed'
        ORDER BY e.seq DESC LIMIT 1;
        became := coalesce(became, 'bot');
        IF NEW.body ->> 'status' IN ('waiting', 'human') AND became NOT IN ('waiting', 'human') THEN
            metrics := metrics || ('handoffs.' || left(coalesce(NEW.body ->> 'reason', 'unknown'), 40));
            counts := counts || 1::bigint;
        ELSIF NEW.body ->> 'status' = 'resolved' AND became <> 'resolved' THEN
            SELECT e.seq INTO since FROM public.conversation_events e
            WHERE e.tenant_id = NEW.tenant_id AND e.conversation_id = NEW.conversation_id
              AND e.kind = 'status' AND e.seq < NEW.seq AND e.body ->> 'status' = 'resolved'
            ORDER BY e.seq DESC LIMIT 1;
            since := coalesce(since, 0);
            SELECT public.rollup_ms(e.at, NEW.at) INTO took FROM public.conversation_events e
            WHERE e.tenant_id = NEW.tenant_id AND e.conversation_id = NEW.conversation_id AND e.seq = since + 1;
            metrics := metrics || ARRAY['resolved', 'resolution.sum', 'resolution.' || public.rollup_bucket(took)];
            counts := counts || ARRAY[1, took, 1];
            IF NOT EXISTS (
                SELECT FROM public.conversation_events e
                WHERE e.tenant_id = NEW.tenant_id AND e.conversation_id = NEW.conversation_id
                  AND e.kind = 'status' AND e.seq > since AND e.seq < NEW.seq
                  AND e.body ->> 'status' IN ('waiting', 'human'))
               AND NOT EXISTS (
                SELECT FROM public.messages m
                WHERE m.tenant_id = NEW.tenant_id AND m.conversation_id = NEW.conversation_id
                  AND m.author_kind = 'agent' AND m.seq > since AND m.seq < NEW.seq)
            THEN
                metrics := metrics || 'resolved.alone'::text;
                counts := counts || 1::bigint;
            END IF;
        END IF;
    END IF;

    IF metrics <> '{}' THEN
        INSERT INTO public.rollup_deltas (tenant_id, space_id, at, metrics, counts, visitor_id)
        VALUES (NEW.tenant_id, space, date_bin('15 minutes', NEW.at, '2000-01-01T00:00:00Z'), metrics, counts, visitor);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER rolled_up AFTER INSERT ON conversation_events FOR EACH ROW
    WHEN (NEW.kind IN ('message', 'status') OR NEW.seq = 1) EXECUTE FUNCTION rollup_event();

-- A thumb or a rating, of which the last word counts: what it was before is taken back.
CREATE FUNCTION rollup_feedback() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.rollup_deltas (tenant_id, space_id, at, metrics, counts)
    SELECT NEW.tenant_id, c.space_id, date_bin('15 minutes', w.at, '2000-01-01T00:00:00Z'),
           ARRAY['thumbs.' || w.value], ARRAY[w.n]
    FROM (SELECT NEW.at, NEW.value, 1::bigint AS n
          UNION ALL SELECT OLD.at, OLD.value, -1 WHERE TG_OP = 'UPDATE') w,
         public.messages m JOIN public.conversations c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id
    WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.message_id;
    RETURN NULL;
END $$;
CREATE TRIGGER rolled_up AFTER INSERT OR UPDATE ON feedback FOR EACH ROW EXECUTE FUNCTION rollup_feedback();

CREATE FUNCTION rollup_rating() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.rollup_deltas (tenant_id, space_id, at, metrics, counts)
    SELECT NEW.tenant_id, c.space_id, date_bin('15 minutes', w.at, '2000-01-01T00:00:00Z'),
           ARRAY['csat.' || w.score], ARRAY[w.n]
    FROM (SELECT NEW.at, NEW.score, 1::bigint AS n
          UNION ALL SELECT OLD.at, OLD.score, -1 WHERE TG_OP = 'UPDATE') w,
         public.conversations c
    WHERE c.tenant_id = NEW.tenant_id AND c.id = NEW.conversation_id;
    RETURN NULL;
END $$;
CREATE TRIGGER rolled_up AFTER INSERT OR UPDATE ON ratings FOR EACH ROW EXECUTE FUNCTION rollup_rating();

-- Usage comes in batches.
CREATE FUNCTION rollup_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.rollup_deltas (tenant_id, space_id, at, metrics, counts)
    SELECT u.tenant_id, u.space_id, date_bin('15 minutes', u.at, '2000-01-01T00:00:00Z'),
           ARRAY['usage.calls', 'usage.cost', 'usage.input', 'usage.output', 'usage.cache_write', 'usage.cache_read'],
           ARRAY[count(*), sum(u.cost_nanos), sum(u.input), sum(u.output),
                 sum(u.cache_write_5m + u.cache_write_1h), sum(u.cache_read)]::bigint[]
    FROM fresh u GROUP BY 1, 2, 3;
    RETURN NULL;
END $$;
CREATE TRIGGER rolled_up AFTER INSERT ON usage_events REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION rollup_usage();

-- Whose deltas wait, and nothing else about them.
CREATE POLICY sweep ON rollup_deltas FOR SELECT TO parlance_sweeper USING (true);
GRANT SELECT (tenant_id) ON rollup_deltas TO parlance_sweeper;
CREATE FUNCTION tenants_with_rollup_deltas() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE waiting AS (
        (SELECT tenant_id FROM public.rollup_deltas ORDER BY tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT d.tenant_id FROM public.rollup_deltas d WHERE d.tenant_id > w.tenant_id
                ORDER BY d.tenant_id LIMIT 1)
        FROM waiting w WHERE w.tenant_id IS NOT NULL)
    SELECT tenant_id FROM waiting WHERE tenant_id IS NOT NULL
$$;
REVOKE ALL ON FUNCTION tenants_with_rollup_deltas() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_with_rollup_deltas() TO parlance_app;
-- A function's owner must be able to create in its schema at that moment, unless a superuser says so.
GRANT CREATE ON SCHEMA public TO parlance_sweeper;
ALTER FUNCTION tenants_with_rollup_deltas() OWNER TO parlance_sweeper;
REVOKE CREATE ON SCHEMA public FROM parlance_sweeper;

-- On which sites a space's widget was opened, and when last. The newest 50 are kept.
CREATE TABLE space_sightings (
    tenant_id uuid NOT NULL,
    space_id  uuid NOT NULL,
    origin    text NOT NULL CHECK (char_length(origin) BETWEEN 1 AND 300),
    at        timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, space_id, origin),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id) ON DELETE CASCADE
);
SELECT parlance_isolate('space_sightings');
