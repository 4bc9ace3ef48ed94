DROP FUNCTION parlance_index_space(uuid, text, text);

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
