REVOKE DELETE ON sessions, refresh_tokens FROM parlance_app;
DROP POLICY tenant_delete ON memberships;
DROP POLICY tenant_update ON memberships;
DROP POLICY tenant_insert ON memberships;
DROP POLICY lookup ON memberships;
ALTER TABLE memberships NO FORCE ROW LEVEL SECURITY;
ALTER TABLE memberships DISABLE ROW LEVEL SECURITY;
