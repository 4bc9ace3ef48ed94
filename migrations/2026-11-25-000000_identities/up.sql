-- People whose accounts another service keeps: who they are here, and which of its organisations is
-- which tenant.

CREATE TABLE identities (
    provider     text NOT NULL,
    subject      text NOT NULL,                   -- the provider's id of the person
    user_id      uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    tenant_id    uuid,                            -- where they are when no organisation says it
    created_at   timestamptz NOT NULL,
    refreshed_at timestamptz NOT NULL,            -- when the provider was last asked about them
    PRIMARY KEY (provider, subject),
    FOREIGN KEY (user_id, tenant_id) REFERENCES memberships (user_id, tenant_id) ON DELETE SET NULL (tenant_id)
);
CREATE INDEX identities_by_user ON identities (user_id);
GRANT SELECT, INSERT, UPDATE ON identities TO parlance_app;

-- Everyone may read it; only the tenant it points to may write it.
CREATE TABLE organisations (
    provider  text NOT NULL,
    subject   text NOT NULL,                      -- the provider's id of the organisation
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    PRIMARY KEY (provider, subject),
    CONSTRAINT organisations_tenant_once UNIQUE (tenant_id)
);
ALTER TABLE organisations ENABLE ROW LEVEL SECURITY;
ALTER TABLE organisations FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup ON organisations FOR SELECT USING (true);
CREATE POLICY tenant_insert ON organisations FOR INSERT
    WITH CHECK (tenant_id = current_setting('app.tenant_id')::uuid);
GRANT SELECT, INSERT ON organisations TO parlance_app;

-- The provider's word for what they are in the organisation, when the role was last taken from it.
ALTER TABLE memberships ADD COLUMN provider_role text;
