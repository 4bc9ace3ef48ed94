-- Service level policies, and the deadlines of tickets that come of them.

-- The first by position that fits a ticket is its policy.
CREATE TABLE sla_policies (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    name       text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
    position   integer NOT NULL,
    rules      jsonb NOT NULL,       -- conditions, targets and hours; see domain::tickets::deadlines::policy
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX sla_policies_name_once ON sla_policies (tenant_id, lower(name));
SELECT parlance_isolate('sla_policies');

-- A wait of a ticket that something was promised for. One that has ended stays as it was judged.
CREATE TABLE ticket_deadlines (
    tenant_id       uuid NOT NULL,
    ticket_id       uuid NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('first_response', 'resolution')),
    round           integer NOT NULL CHECK (round > 0),        -- of a resolution: one more each time it is opened again
    policy_id       uuid NOT NULL,                             -- it may be gone
    policy_name     text NOT NULL,                             -- then
    priority        text NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    target_seconds  bigint NOT NULL CHECK (target_seconds > 0),
    business        boolean NOT NULL,                          -- whether business hours count, or all time
    started_at      timestamptz NOT NULL,
    due_at          timestamptz,                               -- null: paused before it, or never within a year
    at_risk_at      timestamptz,
    paused_at       timestamptz,                               -- since when the clock stands
    used_seconds    bigint NOT NULL CHECK (used_seconds >= 0), -- until it was paused or met, or last began to run
    met_at          timestamptz,
    at_risk_told_at timestamptz,
    breached_at     timestamptz,                               -- due_at, once that has passed
    -- When it is to be looked at by itself.
    look_at         timestamptz GENERATED ALWAYS AS (CASE
        WHEN met_at IS NOT NULL OR breached_at IS NOT NULL THEN NULL
        WHEN at_risk_told_at IS NULL THEN least(at_risk_at, due_at)
        ELSE due_at END) STORED,
    -- When it was known how it ends; null while it is not.
    decided_at      timestamptz GENERATED ALWAYS AS (coalesce(breached_at, met_at)) STORED,
    PRIMARY KEY (tenant_id, ticket_id, kind, round),
    CONSTRAINT ticket_deadlines_met_runs_no_more CHECK (met_at IS NULL OR paused_at IS NULL),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ticket_deadlines_to_look_at ON ticket_deadlines (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX ticket_deadlines_decided ON ticket_deadlines (tenant_id, decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX ticket_deadlines_met ON ticket_deadlines (tenant_id, met_at) WHERE met_at IS NOT NULL;
CREATE INDEX ticket_deadlines_open ON ticket_deadlines (tenant_id, ticket_id) WHERE met_at IS NULL;
SELECT parlance_isolate('ticket_deadlines');

-- Those of all tenants that are to be looked at by the server itself.
CREATE FUNCTION deadlines_to_look_at(now timestamptz, most integer)
RETURNS TABLE (tenant_id uuid, ticket_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT tenant_id, ticket_id FROM public.ticket_deadlines
    WHERE look_at < now ORDER BY look_at LIMIT most
$$;
REVOKE ALL ON FUNCTION deadlines_to_look_at(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION deadlines_to_look_at(timestamptz, integer) TO parlance_app;
GRANT SELECT (tenant_id, ticket_id, look_at) ON ticket_deadlines TO parlance_sweeper;
CREATE POLICY sweep ON ticket_deadlines FOR SELECT TO parlance_sweeper USING (true);
-- A function's owner must be able to create in its schema at that moment, unless a superuser says so.
GRANT CREATE ON SCHEMA public TO parlance_sweeper;
ALTER FUNCTION deadlines_to_look_at(timestamptz, integer) OWNER TO parlance_sweeper;
REVOKE CREATE ON SCHEMA public FROM parlance_sweeper;

-- What members are mailed of deadlines, and when they last were.
ALTER TABLE agents
    ADD COLUMN deadline_mail      boolean NOT NULL DEFAULT true,
    ADD COLUMN at_risk_mailed_at  timestamptz,
    ADD COLUMN breached_mailed_at timestamptz;
