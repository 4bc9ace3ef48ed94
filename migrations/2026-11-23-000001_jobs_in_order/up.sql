-- Jobs are found in the order in which they are wanted, however many there are.

CREATE INDEX jobs_in_line ON jobs (tenant_id, priority DESC, due_at, id, kind) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (tenant_id, due_at) WHERE state = 'running';
CREATE INDEX jobs_newest ON jobs (tenant_id, created_at DESC, id DESC);
DROP INDEX jobs_by_space;
CREATE INDEX jobs_by_space ON jobs (tenant_id, space_id, created_at DESC, id DESC);
DROP INDEX jobs_due;
CREATE INDEX jobs_due ON jobs (tenant_id, kind, due_at) WHERE state IN ('queued', 'running');

-- Which tenants have work of these kinds that is due.
DROP FUNCTION tenants_with_due_jobs(timestamptz);
GRANT SELECT (kind) ON jobs TO parlance_sweeper;

-- From one tenant and kind to the next by the index, so that a tenant with many jobs costs what any
-- other does.
CREATE FUNCTION tenants_with_due_jobs(at timestamptz, kinds text[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE earliest AS (
        (SELECT tenant_id, kind, due_at FROM public.jobs WHERE state IN ('queued', 'running')
         ORDER BY tenant_id, kind, due_at LIMIT 1)
        UNION ALL
        SELECT next.tenant_id, next.kind, next.due_at FROM earliest, LATERAL (
            SELECT tenant_id, kind, due_at FROM public.jobs
            WHERE state IN ('queued', 'running') AND (tenant_id, kind) > (earliest.tenant_id, earliest.kind)
            ORDER BY tenant_id, kind, due_at LIMIT 1) next)
    SELECT DISTINCT tenant_id FROM earliest WHERE due_at <= at AND kind = ANY (kinds)
$$;
REVOKE ALL ON FUNCTION tenants_with_due_jobs(timestamptz, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_with_due_jobs(timestamptz, text[]) TO parlance_app;
GRANT CREATE ON SCHEMA public TO parlance_sweeper;
ALTER FUNCTION tenants_with_due_jobs(timestamptz, text[]) OWNER TO parlance_sweeper;
REVOKE CREATE ON SCHEMA public FROM parlance_sweeper;
