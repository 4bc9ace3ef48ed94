DROP FUNCTION tenants_with_due_jobs(timestamptz, text[]);
REVOKE SELECT (kind) ON jobs FROM parlance_sweeper;
DROP INDEX jobs_due, jobs_by_space, jobs_newest, jobs_running, jobs_in_line;
CREATE INDEX jobs_due ON jobs (tenant_id, due_at) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_by_space ON jobs (tenant_id, space_id, created_at);
CREATE FUNCTION tenants_with_due_jobs(at timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE earliest AS (
        (SELECT tenant_id, due_at FROM public.jobs WHERE state IN ('queued', 'running')
         ORDER BY tenant_id, due_at LIMIT 1)
        UNION ALL
        SELECT next.tenant_id, next.due_at FROM earliest, LATERAL (
            SELECT tenant_id, due_at FROM public.jobs
            WHERE state IN ('queued', 'running') AND tenant_id > earliest.tenant_id
            ORDER BY tenant_id, due_at LIMIT 1) next)
    SELECT tenant_id FROM earliest WHERE due_at <= at
$$;
REVOKE ALL ON FUNCTION tenants_with_due_jobs(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_with_due_jobs(timestamptz) TO parlance_app;
GRANT CREATE ON SCHEMA public TO parlance_sweeper;
ALTER FUNCTION tenants_with_due_jobs(timestamptz) OWNER TO parlance_sweeper;
REVOKE CREATE ON SCHEMA public FROM parlance_sweeper;
