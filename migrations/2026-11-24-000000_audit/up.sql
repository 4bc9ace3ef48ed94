-- Every administrative act, for good: the server may add rows and read them, and neither change nor
-- remove one. The actor's name is kept as it was, so that it can be read when they are gone.
CREATE TABLE audit_events (
    tenant_id   uuid NOT NULL REFERENCES tenants (id),
    id          uuid NOT NULL,
    at          timestamptz NOT NULL,
    actor_kind  text NOT NULL CHECK (actor_kind IN ('user', 'api_key', 'visitor', 'system')),
    actor_id    uuid,
    actor_name  text NOT NULL,
    address     text,
    action      text NOT NULL CONSTRAINT audit_events_action_shape CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
    target_kind text,
    target_id   uuid,
    before      jsonb,
    after       jsonb,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_events_newest ON audit_events (tenant_id, at DESC, id DESC);
CREATE INDEX audit_events_by_actor ON audit_events (tenant_id, actor_id, at DESC, id DESC);
CREATE INDEX audit_events_by_action ON audit_events (tenant_id, action, at DESC, id DESC);
CREATE INDEX audit_events_by_target ON audit_events (tenant_id, target_id, at DESC, id DESC);
SELECT parlance_isolate('audit_events', 'SELECT, INSERT');
