-- Those who run the installation, as far as they look into it with a browser. Above tenants: they see all of them.

-- Who is one. The server may only read it: `parlance operator add` writes it with the administrator's rights.
CREATE TABLE operators (
    user_id  uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    added_at timestamptz NOT NULL
);

-- An entry with a second factor; ordinary sessions are not among them.
CREATE TABLE operator_sessions (
    id          uuid PRIMARY KEY,
    operator_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash        bytea NOT NULL CONSTRAINT operator_sessions_hash_once UNIQUE,
    began_at    timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    ended_at    timestamptz
);
CREATE INDEX operator_sessions_by_operator ON operator_sessions (operator_id) WHERE ended_at IS NULL;

-- When an operator acts as a tenant: why, whether more than reading, and until when.
CREATE TABLE operator_access (
    id          uuid PRIMARY KEY,
    operator_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id  uuid NOT NULL REFERENCES operator_sessions (id) ON DELETE CASCADE,
    tenant_id   uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    reason      text NOT NULL CHECK (char_length(reason) BETWEEN 10 AND 500),
    may_write   boolean NOT NULL,
    began_at    timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    CONSTRAINT operator_access_for_an_hour CHECK (expires_at > began_at AND expires_at <= began_at + interval '1 hour')
);
CREATE INDEX operator_access_open ON operator_access (expires_at) WHERE ended_at IS NULL;
CREATE INDEX operator_access_by_session ON operator_access (session_id);
CREATE INDEX operator_access_by_operator ON operator_access (operator_id);
CREATE INDEX operator_access_by_tenant ON operator_access (tenant_id);

-- Every request that was made meanwhile.
CREATE TABLE operator_requests (
    access_id uuid NOT NULL REFERENCES operator_access (id) ON DELETE CASCADE,
    id        bigint GENERATED ALWAYS AS IDENTITY,
    at        timestamptz NOT NULL,
    method    text NOT NULL,
    path      text NOT NULL,
    address   text,
    PRIMARY KEY (access_id, id)
);

-- What operators did, and who made them operators. Only ever added to.
CREATE TABLE operator_acts (
    id          uuid PRIMARY KEY,
    at          timestamptz NOT NULL,
    operator_id uuid,                           -- null: the command line
    email       text NOT NULL,                  -- as it was then; of whom it is done to, by the command line
    address     text,
    action      text NOT NULL CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
    tenant_id   uuid,
    details     jsonb
);

REVOKE ALL ON operators, operator_sessions, operator_access, operator_requests, operator_acts FROM PUBLIC;
GRANT SELECT ON operators TO parlance_app;
GRANT SELECT, INSERT, UPDATE (ended_at) ON operator_sessions, operator_access TO parlance_app;
GRANT SELECT, INSERT ON operator_requests, operator_acts TO parlance_app;

-- Operators are actors in the tenant's own record.
DO $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY['audit_events', 'space_versions', 'ticket_events'] LOOP
        EXECUTE format('ALTER TABLE %1$s DROP CONSTRAINT %1$s_actor_kind_check', target);
        EXECUTE format('ALTER TABLE %1$s ADD CONSTRAINT %1$s_actor_kind_check CHECK (actor_kind IN'
                       ' (''user'', ''api_key'', ''visitor'', ''system'', ''operator'')) NOT VALID', target);
        EXECUTE format('ALTER TABLE %1$s VALIDATE CONSTRAINT %1$s_actor_kind_check', target);
    END LOOP;
END $$;
