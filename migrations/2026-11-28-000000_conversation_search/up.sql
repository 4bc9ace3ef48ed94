-- What was said in conversations is found by its words. Each message carries its tenant as one more
-- word, so that an index of all tenants' messages reads no other tenant's. It narrows only: whose a
-- message is says its column.
CREATE FUNCTION parlance_message_words(of_tenant uuid, said text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.to_tsvector('pg_catalog.simple', said) OPERATOR(pg_catalog.||) pg_catalog.array_to_tsvector(ARRAY[of_tenant::text]);
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
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine uuid := current_setting('app.tenant_id')::uuid;
BEGIN
    -- Planned for these words: rare ones are looked up, what is in every other message is soon met.
    RETURN QUERY EXECUTE '
        SELECT m.conversation_id, m.id FROM public.messages m
        JOIN public.conversations c ON c.tenant_id = m.tenant_id AND c.id = m.conversation_id
        WHERE m.tenant_id = $1 AND public.parlance_message_words(m.tenant_id, m.text) @@ $2
          AND m.author_kind <> ''system'' AND ($3 IS NULL OR m.id < $3)
          AND ($4 IS NULL OR c.space_id = $4) AND (cardinality($5) = 0 OR c.status = ANY ($5))
          AND ($6 IS NULL OR $6 = (c.assignee_id IS NOT NULL)) AND ($7 IS NULL OR c.assignee_id = $7)
          AND NOT EXISTS (
              SELECT FROM public.messages n
              WHERE n.tenant_id = $1 AND n.conversation_id = m.conversation_id AND n.seq > m.seq
                AND public.parlance_message_words(n.tenant_id, n.text) @@ $2 AND n.author_kind <> ''system'')
        ORDER BY m.id DESC LIMIT $8'
    USING mine, words && quote_literal(mine::text)::tsquery, before, of_space, statuses, has_assignee, of_assignee, most;
END $$;
REVOKE ALL ON FUNCTION parlance_search_conversations(tsquery, uuid, text[], boolean, uuid, uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parlance_search_conversations(tsquery, uuid, text[], boolean, uuid, uuid, integer) TO parlance_app;
GRANT CREATE ON SCHEMA public TO parlance_searcher;
ALTER FUNCTION parlance_search_conversations(tsquery, uuid, text[], boolean, uuid, uuid, integer) OWNER TO parlance_searcher;
REVOKE CREATE ON SCHEMA public FROM parlance_searcher;
