-- What was said in conversations is found by its words. Each message carries its tenant as one more
-- word, so that an index of all tenants' messages reads no other tenant's. It narrows only: whose a
-- message is says its column.
-- Without accents, and with a space for punctuation, which would make `order-1042` hard to find by its number.
CREATE FUNCTION parlance_plain(said text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.translate(
    pg_catalog.regexp_replace(pg_catalog.normalize(said, 'NFKD'), U&'[\0300-\036F]', '', 'g'),
    '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', pg_catalog.repeat(' ', 32));
CREATE FUNCTION parlance_message_words(of_tenant uuid, said text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.to_tsvector('pg_catalog.simple', public.parlance_plain(said)) OPERATOR(pg_catalog.||) pg_catalog.array_to_tsvector(ARRAY[of_tenant::text]);
CREATE INDEX messages_by_word ON messages USING gin (parlance_message_words(tenant_id, text));

CREATE POLICY search ON messages FOR SELECT TO parlance_searcher USING (true);
CREATE POLICY search ON conversations FOR SELECT TO parlance_searcher USING (true);
GRANT SELECT (tenant_id, id, conversation_id, seq, author_kind, text) ON messages TO parlance_searcher;
GRANT SELECT (tenant_id, id, space_id, status, assignee_id) ON conversations TO parlance_searcher;

-- The newest message with all of the words in each conversation that has one, the newest first, before a
-- message. Under a tenant's policy no index is used for @@, which is not leakproof; what this looks at is
-- the tenant's that the transaction is bound to, whatever it is asked for.
CREATE FUNCTION parlance_search_conversations(
    words tsquery, of_space uuid, statuses text[], has_assignee boolean, of_assignee uuid, before uuid, most integer)
RETURNS TABLE (conversation_id uuid, message_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_indexscan = off AS $$
DECLARE
    mine   uuid := current_setting('app.tenant_id')::uuid;
    sought tsquery := words && quote_literal(mine::text)::tsquery;
    walk   boolean := of_space IS NULL AND cardinality(statuses) = 0 AND has_assignee IS NULL AND of_assignee IS NULL;
BEGIN
    IF numnode(words) = 0 THEN
        RETURN;
    END IF;
    -- The planner cannot tell how rare the beginning of a word is, and reading every message takes seconds.
    IF walk THEN
        SELECT count(*) = 20000 INTO walk FROM (
            SELECT FROM public.messages m
            WHERE m.tenant_id = mine AND public.parlance_message_words(m.tenant_id, m.text) @@ sought LIMIT 20000) counted;
    END IF;
    IF walk THEN
        -- It is soon met on the way back from the newest.
        PERFORM set_config('enable_indexscan', 'on', true);
        RETURN QUERY
        SELECT m.conversation_id, m.id FROM public.messages m
        WHERE m.tenant_id = mine AND (before IS NULL OR m.id < before)
          AND public.parlance_message_words(m.tenant_id, m.text) @@ sought AND m.author_kind <> 'system'
          AND NOT EXISTS (
              SELECT FROM public.messages n
              WHERE n.tenant_id = mine AND n.conversation_id = m.conversation_id AND n.seq > m.seq
                AND public.parlance_message_words(n.tenant_id, n.text) @@ sought AND n.author_kind <> 'system')
        ORDER BY m.id DESC LIMIT most;
    ELSE
        RETURN QUERY
        WITH hits AS MATERIALIZED (
            SELECT m.conversation_id, m.id FROM public.messages m
            WHERE m.tenant_id = mine AND public.parlance_message_words(m.tenant_id, m.text) @@ sought
              AND m.author_kind <> 'system'),
        newest AS (SELECT DISTINCT ON (h.conversation_id) h.conversation_id, h.id FROM hits h ORDER BY 1, 2 DESC)
        SELECT h.conversation_id, h.id FROM newest h
        JOIN public.conversations c ON c.tenant_id = mine AND c.id = h.conversation_id
        WHERE (before IS NULL OR h.id < before)
          AND (of_space IS NULL OR c.space_id = of_space) AND (cardinality(statuses) = 0 OR c.status = ANY (statuses))
          AND (has_assignee IS NULL OR has_assignee = (c.assignee_id IS NOT NULL))
          AND (of_assignee IS NULL OR c.assignee_id = of_assignee)
        ORDER BY h.id DESC LIMIT most;
    END IF;
END $$;
REVOKE ALL ON FUNCTION parlance_search_conversations(tsquery, uuid, text[], boolean, uuid, uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parlance_search_conversations(tsquery, uuid, text[], boolean, uuid, uuid, integer) TO parlance_app;
GRANT CREATE ON SCHEMA public TO parlance_searcher;
ALTER FUNCTION parlance_search_conversations(tsquery, uuid, text[], boolean, uuid, uuid, integer) OWNER TO parlance_searcher;
REVOKE CREATE ON SCHEMA public FROM parlance_searcher;
