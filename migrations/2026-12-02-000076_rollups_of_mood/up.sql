-- How visitors feel, by what was read of each message, in the quarter in which it was said. Thousandths of valence are
-- summed. Where a message is read again, what was read before is taken back.
CREATE FUNCTION rollup_mood(valence real, anger real) RETURNS TABLE (metric text, n bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT 'sentiment.' || CASE WHEN valence <= -0.3 THEN 'unhappy' WHEN valence >= 0.3 THEN 'happy' ELSE 'neutral' END, 1
    UNION ALL SELECT 'sentiment.sum', round((valence * 1000)::numeric)::bigint
    UNION ALL SELECT 'sentiment.angry', 1 WHERE anger >= 0.5
$$;

CREATE FUNCTION rollup_message_mood() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.valence, OLD.anger) = (NEW.valence, NEW.anger) THEN
        RETURN NULL;
    END IF;
    INSERT INTO public.rollup_deltas (tenant_id, space_id, channel, at, metrics, counts)
    SELECT NEW.tenant_id, c.space_id, public.rollup_channel(c.tenant_id, c.id),
           date_bin('15 minutes', m.created_at, '2000-01-01T00:00:00Z'), w.metrics, w.counts
    FROM (SELECT array_agg(r.metric) AS metrics, array_agg(r.n) AS counts
          FROM (SELECT metric, n FROM public.rollup_mood(NEW.valence, NEW.anger)
                UNION ALL
                SELECT metric, -n FROM public.rollup_mood(OLD.valence, OLD.anger) WHERE TG_OP = 'UPDATE') r) w,
         public.messages m JOIN public.conversations c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id
    WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.message_id;
    RETURN NULL;
END $$;
CREATE TRIGGER rolled_up AFTER INSERT OR UPDATE ON message_moods FOR EACH ROW EXECUTE FUNCTION rollup_message_mood();

-- What was read before is counted by the next look, which is the first again.
ALTER TABLE rollup_checks NO FORCE ROW LEVEL SECURITY;
DELETE FROM rollup_checks;
ALTER TABLE rollup_checks FORCE ROW LEVEL SECURITY;
