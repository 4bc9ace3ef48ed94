-- As before.
CREATE OR REPLACE FUNCTION rollup_event() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION rollup_feedback() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION rollup_rating() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION rollup_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.rollup_deltas (tenant_id, space_id, at, metrics, counts)
    SELECT u.tenant_id, u.space_id, date_bin('15 minutes', u.at, '2000-01-01T00:00:00Z'),
           ARRAY['usage.calls', 'usage.cost', 'usage.input', 'usage.output', 'usage.cache_write', 'usage.cache_read'],
           ARRAY[count(*), sum(u.cost_nanos), sum(u.input), sum(u.output),
                 sum(u.cache_write_5m + u.cache_write_1h), sum(u.cache_read)]::bigint[]
    FROM fresh u GROUP BY 1, 2, 3;
    RETURN NULL;
END $$;

DROP FUNCTION rollup_channel(uuid, uuid);

-- Channels become one.
ALTER TABLE rollups NO FORCE ROW LEVEL SECURITY;
ALTER TABLE rollup_visitors NO FORCE ROW LEVEL SECURITY;
CREATE TEMPORARY TABLE together AS
SELECT tenant_id, space_id, at, metric, sum(n)::bigint AS n FROM rollups GROUP BY 1, 2, 3, 4;
CREATE TEMPORARY TABLE came AS
SELECT DISTINCT tenant_id, space_id, at, visitor_id FROM rollup_visitors;
DELETE FROM rollups;
DELETE FROM rollup_visitors;
ALTER TABLE rollups DROP COLUMN channel, ADD PRIMARY KEY (tenant_id, space_id, at, metric);
ALTER TABLE rollup_visitors DROP COLUMN channel, ADD PRIMARY KEY (tenant_id, space_id, at, visitor_id);
ALTER TABLE rollup_deltas DROP COLUMN channel;
INSERT INTO rollups (tenant_id, space_id, at, metric, n) SELECT tenant_id, space_id, at, metric, n FROM together;
INSERT INTO rollup_visitors (tenant_id, space_id, at, visitor_id) SELECT tenant_id, space_id, at, visitor_id FROM came;
DROP TABLE together, came;
ALTER TABLE rollups FORCE ROW LEVEL SECURITY;
ALTER TABLE rollup_visitors FORCE ROW LEVEL SECURITY;
