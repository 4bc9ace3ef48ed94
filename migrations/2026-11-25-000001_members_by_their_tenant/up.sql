-- Who belongs to a tenant is read before a tenant is known, and written by that tenant alone.
ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup ON memberships FOR SELECT USING (true);
CREATE POLICY tenant_insert ON memberships FOR INSERT
    WITH CHECK (tenant_id = current_setting('app.tenant_id')::uuid);
CREATE POLICY tenant_update ON memberships FOR UPDATE
    USING (tenant_id = current_setting('app.tenant_id')::uuid)
    WITH CHECK (tenant_id = current_setting('app.tenant_id')::uuid);
CREATE POLICY tenant_delete ON memberships FOR DELETE
    USING (tenant_id = current_setting('app.tenant_id')::uuid);

-- What ended long ago is forgotten.
GRANT DELETE ON sessions, refresh_tokens TO parlance_app;
