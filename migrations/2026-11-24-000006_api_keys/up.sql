-- Keys of programs, as those who made them see them. What is revoked stays in the list.
CREATE TABLE api_keys (
    tenant_id    uuid NOT NULL REFERENCES tenants (id),
    id           uuid NOT NULL,
    name         text NOT NULL CHECK (name <> ''),
    prefix       text NOT NULL,           -- what is shown of it
    scopes       text[] NOT NULL,
    created_by   uuid,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    last_used_at timestamptz,             -- noted once a minute at most
    revoked_at   timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX api_keys_newest ON api_keys (tenant_id, created_at DESC, id DESC);
SELECT parlance_isolate('api_keys', 'SELECT, INSERT, UPDATE');

-- Finds the tenant of a key, before any tenant is known, and can tell whether it is that key. Everyone
-- may read it; only the tenant it points to may write it. A revoked key is not in it.
CREATE TABLE api_key_index (
    prefix    text PRIMARY KEY CONSTRAINT api_key_index_prefix_shape CHECK (prefix ~ '^sk_[A-Za-z0-9]{8}$'),
    tenant_id uuid NOT NULL,
    key_id    uuid NOT NULL,
    mac       bytea NOT NULL,             -- HMAC-SHA-256 of the key, under this installation's secret
    FOREIGN KEY (tenant_id, key_id) REFERENCES api_keys (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX api_key_index_by_key ON api_key_index (tenant_id, key_id);
ALTER TABLE api_key_index ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_key_index FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup ON api_key_index FOR SELECT USING (true);
CREATE POLICY tenant_insert ON api_key_index FOR INSERT
    WITH CHECK (tenant_id = current_setting('app.tenant_id')::uuid);
CREATE POLICY tenant_delete ON api_key_index FOR DELETE
    USING (tenant_id = current_setting('app.tenant_id')::uuid);
GRANT SELECT, INSERT, DELETE ON api_key_index TO parlance_app;
