ALTER TABLE space_index DROP COLUMN changed_at;
DROP TABLE identity_keys;
ALTER TABLE visitors DROP COLUMN contact_id, DROP COLUMN said;
DROP TABLE contacts;
