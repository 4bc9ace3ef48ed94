-- Which plan a tenant is on; what a plan gives is in the program's plan file.
ALTER TABLE tenants ADD COLUMN plan text NOT NULL DEFAULT 'free';

-- Who has work that is due is asked by kind: a schedule that puts a job of every tenant in line for
-- later costs nothing to those who look for other work.
DROP INDEX jobs_due;
CREATE INDEX jobs_due ON jobs (kind, tenant_id, due_at) WHERE state IN ('queued', 'running');

-- From one tenant to the next by the index, so that a tenant with many jobs costs what any other does.
CREATE OR REPLACE FUNCTION tenants_with_due_jobs(at timestamptz, kinds text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE earliest AS (
        SELECT first.kind, first.tenant_id, first.due_at FROM unnest(kinds) AS wanted (kind), LATERAL (
            SELECT kind, tenant_id, due_at FROM public.jobs
            WHERE state IN ('queued', 'running') AND kind = wanted.kind
            ORDER BY tenant_id, due_at LIMIT 1) first
        UNION ALL
        SELECT next.kind, next.tenant_id, next.due_at FROM earliest, LATERAL (
            SELECT kind, tenant_id, due_at FROM public.jobs
            WHERE state IN ('queued', 'running') AND kind = earliest.kind AND tenant_id > earliest.tenant_id
            ORDER BY tenant_id, due_at LIMIT 1) next)
    SELECT DISTINCT tenant_id FROM earliest WHERE due_at <= at
$$;

-- As before, but for two things. What a killed making for another model left is cleared in a step of its
-- own: dropping a table with a foreign key takes the strongest lock on passages, which must not be held
-- while the next table is filled. And nobody waits longer than a tenth of a second behind a step that
-- waits for its lock; who takes the step tries again.
CREATE OR REPLACE FUNCTION parlance_index_space(wanted uuid, of_model text, step text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET maintenance_work_mem = '512MB' SET lock_timeout = '100ms' AS $$
DECLARE
    mine  uuid := current_setting('app.tenant_id')::uuid;
    part  text := 'large_passages_' || replace(wanted::text, '-', '');
    near  text := part || '_near';
    next  text := part || '_next';
    known text;
    sizes integer;
    bound "char";
BEGIN
    -- One at a time: who took the work over waits for whoever had it.
    PERFORM pg_advisory_xact_lock(hashtextextended(part, 0));
    IF NOT EXISTS (SELECT FROM spaces WHERE tenant_id = mine AND id = wanted) THEN
        RETURN false;
    END IF;
    SELECT model INTO known FROM large_spaces WHERE tenant_id = mine AND space_id = wanted;
    IF step = 'analyze' AND known IS NOT NULL THEN
        EXECUTE format('ANALYZE public.%I', part);
    END IF;
    IF known = of_model THEN
        IF step = 'clear' THEN
            EXECUTE format('DROP INDEX IF EXISTS public.%I', next);
        END IF;
        RETURN true;
    END IF;

    IF step = 'clear' THEN
        IF known IS NULL AND obj_description(to_regclass(format('public.%I', part))) <> of_model THEN
            EXECUTE format('DROP TABLE public.%I', part);
        ELSIF known IS NOT NULL AND coalesce(obj_description(to_regclass(format('public.%I', next))), '') <> of_model THEN
            EXECUTE format('DROP INDEX IF EXISTS public.%I', next);
        END IF;

    ELSIF step = 'build' THEN
        -- Built, and not attached yet.
        IF obj_description(to_regclass(format('public.%I', CASE WHEN known IS NULL THEN part ELSE next END))) = of_model THEN
            RETURN true;
        END IF;
        SELECT vector_dims(embedding) INTO sizes FROM passage_vectors
        WHERE tenant_id = mine AND space_id = wanted AND live AND model = of_model LIMIT 1;
        IF sizes IS NULL OR (SELECT count(*) < 5000 FROM passage_lexemes
                             WHERE tenant_id = mine AND space_id = wanted AND live) THEN
            RETURN false;
        END IF;
        IF known IS NOT NULL THEN
            near := next;
        ELSE
            EXECUTE format('CREATE TABLE public.%I (LIKE large_passages INCLUDING STORAGE, CHECK (space_id = %L))', part, wanted);
            PERFORM parlance_isolate(format('public.%I', part)::regclass, 'SELECT');
            EXECUTE format('COMMENT ON TABLE public.%I IS %L', part, of_model);
            EXECUTE format(
                'INSERT INTO public.%I SELECT l.tenant_id, l.space_id, l.passage_id, v.model, v.embedding, l.lexemes'
                ' FROM passage_lexemes l LEFT JOIN passage_vectors v'
                '   ON v.tenant_id = l.tenant_id AND v.passage_id = l.passage_id AND v.live'
                ' WHERE l.tenant_id = %L AND l.space_id = %L AND l.live', part, mine, wanted);
            EXECUTE format('ALTER TABLE public.%I ADD PRIMARY KEY (tenant_id, passage_id, space_id)', part);
            EXECUTE format('CREATE INDEX ON public.%I USING gin (lexemes)', part);
        END IF;
        EXECUTE format(
            'CREATE INDEX %I ON public.%I USING hnsw ((embedding::halfvec(%s)) halfvec_cosine_ops) WHERE model = %L',
            near, part, sizes, of_model);
        IF known IS NOT NULL THEN
            EXECUTE format('COMMENT ON INDEX public.%I IS %L', next, of_model);
        END IF;

    ELSIF step IN ('bind', 'check', 'attach') AND known IS NULL THEN
        IF step = 'attach' THEN
            LOCK TABLE passages IN ACCESS EXCLUSIVE MODE;
            PERFORM FROM spaces WHERE tenant_id = mine AND id = wanted FOR NO KEY UPDATE;
        END IF;
        SELECT CASE WHEN convalidated THEN 'v' ELSE 'n' END INTO bound FROM pg_constraint
        WHERE conrelid = format('public.%I', part)::regclass AND contype = 'f';
        IF step = 'bind' AND bound IS NULL THEN
            EXECUTE format(
                'ALTER TABLE public.%I ADD CONSTRAINT %I FOREIGN KEY (tenant_id, passage_id)'
                ' REFERENCES passages (tenant_id, id) ON DELETE CASCADE NOT VALID', part, part || '_of');
        ELSIF step = 'check' AND bound = 'n' THEN
            EXECUTE format(
                'DELETE FROM public.%I p WHERE NOT EXISTS'
                ' (SELECT FROM passages s WHERE s.tenant_id = p.tenant_id AND s.id = p.passage_id)', part);
            EXECUTE format('ALTER TABLE public.%I VALIDATE CONSTRAINT %I', part, part || '_of');
        END IF;
        IF step <> 'bind' THEN
            EXECUTE format(
                'INSERT INTO public.%1$I SELECT l.tenant_id, l.space_id, l.passage_id, v.model, v.embedding, l.lexemes'
                ' FROM passage_lexemes l LEFT JOIN passage_vectors v'
                '   ON v.tenant_id = l.tenant_id AND v.passage_id = l.passage_id AND v.live'
                ' WHERE l.tenant_id = %2$L AND l.space_id = %3$L AND l.live'
                '   AND NOT EXISTS (SELECT FROM public.%1$I p WHERE p.passage_id = l.passage_id)'
                ' ON CONFLICT DO NOTHING', part, mine, wanted);
        END IF;
        IF step = 'attach' THEN
            EXECUTE format('ALTER TABLE large_passages ATTACH PARTITION public.%I FOR VALUES IN (%L)', part, wanted);
        END IF;

    ELSIF step = 'attach' THEN
        EXECUTE format('DROP INDEX public.%I', near);
        EXECUTE format('ALTER INDEX public.%I RENAME TO %I', next, near);
    END IF;

    IF step = 'attach' THEN
        INSERT INTO large_spaces (tenant_id, space_id, model) VALUES (mine, wanted, of_model)
        ON CONFLICT (tenant_id, space_id) DO UPDATE SET model = of_model, indexed_at = now();
    END IF;
    RETURN true;
END $$;
