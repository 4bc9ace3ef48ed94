ALTER TABLE memberships DROP COLUMN provider_role;
DROP TABLE organisations;
DROP TABLE identities;
