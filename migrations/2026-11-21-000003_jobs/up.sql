-- Background work: durable, leased, retried, and shared out fairly between tenants.

CREATE TABLE jobs (
    tenant_id        uuid NOT NULL,
    id               uuid NOT NULL,
    space_id         uuid,
    kind             text NOT NULL,
    key              text NOT NULL,              -- what it works on: one of a key runs at a time, one waits
    payload          jsonb NOT NULL,
    state            text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'dead', 'cancelled')),
    priority         smallint NOT NULL DEFAULT 0,
    progress         smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    attempts         smallint NOT NULL DEFAULT 0,
    due_at           timestamptz NOT NULL,       -- queued: not before then; running: the end of its lease
    owner            uuid,                       -- the lease; another one each time it is taken up
    cancel_requested boolean NOT NULL DEFAULT false,
    error            text,                       -- why the last attempt failed
    created_at       timestamptz NOT NULL,
    started_at       timestamptz,
    ended_at         timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT jobs_running_is_owned CHECK ((state = 'running') = (owner IS NOT NULL)),
    CONSTRAINT jobs_ended_says_when CHECK ((state IN ('done', 'dead', 'cancelled')) = (ended_at IS NOT NULL)),
    CONSTRAINT jobs_dead_says_why CHECK (state <> 'dead' OR error IS NOT NULL),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id)
);
CREATE UNIQUE INDEX jobs_queued_once ON jobs (tenant_id, key) WHERE state = 'queued';
CREATE UNIQUE INDEX jobs_running_once ON jobs (tenant_id, key) WHERE state = 'running';
CREATE INDEX jobs_due ON jobs (tenant_id, due_at) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_by_space ON jobs (tenant_id, space_id, created_at);
CREATE INDEX jobs_ended ON jobs (tenant_id, ended_at) WHERE ended_at IS NOT NULL;
SELECT parlance_isolate('jobs');

-- Which tenants have work that is due, and nothing else about them: the second look across tenants,
-- under the same role as the first.
CREATE POLICY sweep ON jobs FOR SELECT TO parlance_sweeper USING (true);
GRANT SELECT (tenant_id, state, due_at) ON jobs TO parlance_sweeper;

-- From one tenant to the next by the index, so that a tenant with many jobs costs what any other does.
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
