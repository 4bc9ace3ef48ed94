-- Who is blocked, merged or kept by agents alone is not known to what was before.
DROP TABLE contact_notes;
ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE visitors NO FORCE ROW LEVEL SECURITY;
UPDATE visitors SET contact_id = NULL WHERE NOT verified;
ALTER TABLE visitors DROP COLUMN verified;
ALTER TABLE contacts
    DROP COLUMN words,
    DROP COLUMN edited_name, DROP COLUMN edited_email, DROP COLUMN edited_attributes,
    DROP COLUMN said_name, DROP COLUMN said_email,
    DROP COLUMN blocked_at, DROP COLUMN blocked_reason, DROP COLUMN merged_into;
DELETE FROM contacts WHERE external_id IS NULL;
ALTER TABLE contacts
    DROP CONSTRAINT contacts_verified,
    ALTER COLUMN external_id SET NOT NULL, ALTER COLUMN verified_at SET NOT NULL;
ALTER TABLE contacts FORCE ROW LEVEL SECURITY;
ALTER TABLE visitors FORCE ROW LEVEL SECURITY;
