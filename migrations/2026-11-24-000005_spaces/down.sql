DROP FUNCTION parlance_empty_space(uuid, integer);
DROP INDEX messages_by_question;
DROP TABLE space_versions;
REVOKE DELETE ON space_index FROM parlance_app;
DROP POLICY tenant_delete ON space_index;
ALTER TABLE space_index DROP COLUMN old_key, DROP COLUMN old_key_until;
ALTER TABLE spaces
    DROP CONSTRAINT spaces_away_is_unpublished,
    DROP COLUMN version, DROP COLUMN old_key, DROP COLUMN old_key_until, DROP COLUMN archived_at,
    DROP COLUMN removed_at;
