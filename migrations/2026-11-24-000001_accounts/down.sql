DROP TABLE recovery_codes;
DROP TABLE second_factors;
DROP TABLE mail_tokens;
DROP TABLE sessions;
DROP INDEX refresh_tokens_by_user;
ALTER TABLE users DROP COLUMN new_email;
ALTER TABLE users DROP COLUMN email_verified_at;
