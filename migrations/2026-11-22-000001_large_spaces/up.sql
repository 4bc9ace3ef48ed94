-- Spaces with more passages than a search can look at one by one: what is searched of them is kept
-- once more, in a partition for each space with indexes of its own. Built aside by
-- parlance_index_space, then kept up by whoever publishes a document.

DO $$
BEGIN
    -- parlance_searcher: owns the two functions that search words, and may see nothing else.
    BEGIN
        CREATE ROLE parlance_searcher NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END;
    IF NOT pg_has_role(current_user, 'parlance_searcher', 'SET') THEN
        GRANT parlance_searcher TO CURRENT_USER;
    END IF;
END $$;

-- Which spaces these are. Only parlance_index_space writes it.
CREATE TABLE large_spaces (
    tenant_id  uuid NOT NULL,
    space_id   uuid NOT NULL,
    model      text NOT NULL,          -- whose vectors have an index
    indexed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, space_id),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id)
);
SELECT parlance_isolate('large_spaces', 'SELECT');

CREATE TABLE large_passages (
    tenant_id  uuid NOT NULL,
    space_id   uuid NOT NULL,
    passage_id uuid NOT NULL,
    model      text,
    embedding  halfvec,                -- none where the passage has none
    lexemes    tsvector NOT NULL,
    PRIMARY KEY (tenant_id, passage_id, space_id),
    FOREIGN KEY (tenant_id, passage_id) REFERENCES passages (tenant_id, id) ON DELETE CASCADE
) PARTITION BY LIST (space_id);
ALTER TABLE large_passages ALTER COLUMN embedding SET STORAGE PLAIN;
ALTER TABLE large_passages ALTER COLUMN lexemes SET STORAGE MAIN;
SELECT parlance_isolate('large_passages', 'SELECT, INSERT');

-- Makes the partition of a space and its indexes, where the space has 5,000 passages or more and
-- has none yet; another model gets another index of vectors. Says whether the space has one now.
-- The partition is filled and indexed before it is attached: nobody waits but who publishes in
-- this space.
CREATE FUNCTION parlance_index_space(wanted uuid, of_model text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET maintenance_work_mem = '512MB' AS $$
DECLARE
    mine  uuid := current_setting('app.tenant_id')::uuid;
    part  text := 'large_passages_' || replace(wanted::text, '-', '');
    known text;
    sizes integer;
BEGIN
    PERFORM FROM spaces WHERE tenant_id = mine AND id = wanted FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    SELECT model INTO known FROM large_spaces WHERE tenant_id = mine AND space_id = wanted;
    IF known = of_model THEN
        RETURN true;
    END IF;
    SELECT vector_dims(embedding) INTO sizes FROM passage_vectors
    WHERE tenant_id = mine AND space_id = wanted AND live AND model = of_model LIMIT 1;
    IF sizes IS NULL OR (SELECT count(*) < 5000 FROM passage_lexemes
                         WHERE tenant_id = mine AND space_id = wanted AND live) THEN
        RETURN false;
    END IF;
    IF known IS NULL THEN
        EXECUTE format('CREATE TABLE public.%I (LIKE large_passages INCLUDING STORAGE, CHECK (space_id = %L))', part, wanted);
        PERFORM parlance_isolate(format('%I', part)::regclass, 'SELECT');
        EXECUTE format(
            'INSERT INTO %I SELECT l.tenant_id, l.space_id, l.passage_id, v.model, v.embedding, l.lexemes'
            ' FROM passage_lexemes l LEFT JOIN passage_vectors v'
            '   ON v.tenant_id = l.tenant_id AND v.passage_id = l.passage_id AND v.live'
            ' WHERE l.tenant_id = %L AND l.space_id = %L AND l.live', part, mine, wanted);
        EXECUTE format('CREATE INDEX ON %I USING gin (lexemes)', part);
    ELSE
        EXECUTE format('DROP INDEX %I', part || '_near');
    END IF;
    EXECUTE format(
        'CREATE INDEX %I ON %I USING hnsw ((embedding::halfvec(%s)) halfvec_cosine_ops) WHERE model = %L',
        part || '_near', part, sizes, of_model);
    IF known IS NULL THEN
        EXECUTE format('ALTER TABLE large_passages ATTACH PARTITION %I FOR VALUES IN (%L)', part, wanted);
        EXECUTE format('ANALYZE %I', part);
    END IF;
    INSERT INTO large_spaces (tenant_id, space_id, model) VALUES (mine, wanted, of_model)
    ON CONFLICT (tenant_id, space_id) DO UPDATE SET model = of_model, indexed_at = now();
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION parlance_index_space(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parlance_index_space(uuid, text) TO parlance_app;

-- The nearest passages. As whoever calls it, under the tenant's policy: an order is no condition, so
-- the index is used. It looks at 200 of them, and further until `most` are the tenant's.
CREATE FUNCTION parlance_search_near(wanted uuid, of_model text, sought halfvec, most integer)
RETURNS TABLE (passage_id uuid, distance float8)
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM set_config('hnsw.ef_search', '200', true), set_config('hnsw.iterative_scan', 'relaxed_order', true);
    RETURN QUERY EXECUTE format(
        'SELECT passage_id, embedding::halfvec(%1$s) <=> $1 FROM large_passages'
        ' WHERE space_id = %2$L AND model = %3$L ORDER BY embedding::halfvec(%1$s) <=> $1 LIMIT %4$L',
        vector_dims(sought), wanted, of_model, most) USING sought;
END $$;
REVOKE ALL ON FUNCTION parlance_search_near(uuid, text, halfvec, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parlance_search_near(uuid, text, halfvec, integer) TO parlance_app;

-- ── Searching words ──────────────────────────────────────────────────────────────────────────
-- Under a tenant's policy no index is used for @@, which is not leakproof. So two functions search
-- words as a role that sees this one table under a policy of its own. What they look at is the
-- tenant's that the transaction is bound to, whatever they are asked for.
CREATE POLICY search ON large_passages FOR SELECT TO parlance_searcher USING (true);
GRANT SELECT (tenant_id, space_id, passage_id, lexemes) ON large_passages TO parlance_searcher;

-- The best passages by the sum of ts_rank × weight of each word, among those that have one of
-- the words in any_of.
CREATE FUNCTION parlance_search_words(wanted uuid, any_of text, words text[], weights float8[], most integer)
RETURNS TABLE (passage_id uuid, score float8)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    scored text := '0::float8';
    n      integer;
BEGIN
    FOR n IN 1 .. coalesce(array_length(words, 1), 0) LOOP
        scored := scored || format(' + %L::float8 * ts_rank(''{1, 1, 1, 1}'', lexemes, %L::tsquery)',
                                   weights[n], words[n]);
    END LOOP;
    -- The sum is written out because that is what is fast: a join with an array takes thrice as long.
    RETURN QUERY EXECUTE format(
        'SELECT passage_id, %s AS score FROM public.large_passages'
        ' WHERE tenant_id = %L AND space_id = %L AND lexemes @@ %L::tsquery'
        ' ORDER BY score DESC, passage_id LIMIT %L',
        scored, current_setting('app.tenant_id')::uuid, wanted, any_of, most);
END $$;

-- In how many passages each word is: counted up to 2,000, beyond that estimated from a sample.
CREATE FUNCTION parlance_count_words(wanted uuid, words text[])
RETURNS TABLE (word text, passages bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine uuid := current_setting('app.tenant_id')::uuid;
BEGIN
    FOREACH word IN ARRAY words LOOP
        EXECUTE format(
            'SELECT count(*) FROM (SELECT FROM public.large_passages'
            ' WHERE tenant_id = %L AND space_id = %L AND lexemes @@ %L::tsquery LIMIT 2000) counted',
            mine, wanted, word) INTO passages;
        IF passages = 2000 THEN
            EXECUTE format(
                'SELECT greatest(2000, 20 * count(*)) FROM public.large_passages TABLESAMPLE SYSTEM (5) REPEATABLE (1)'
                ' WHERE tenant_id = %L AND space_id = %L AND lexemes @@ %L::tsquery',
                mine, wanted, word) INTO passages;
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;

REVOKE ALL ON FUNCTION parlance_search_words(uuid, text, text[], float8[], integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION parlance_count_words(uuid, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parlance_search_words(uuid, text, text[], float8[], integer) TO parlance_app;
GRANT EXECUTE ON FUNCTION parlance_count_words(uuid, text[]) TO parlance_app;
GRANT CREATE ON SCHEMA public TO parlance_searcher;
ALTER FUNCTION parlance_search_words(uuid, text, text[], float8[], integer) OWNER TO parlance_searcher;
ALTER FUNCTION parlance_count_words(uuid, text[]) OWNER TO parlance_searcher;
REVOKE CREATE ON SCHEMA public FROM parlance_searcher;
