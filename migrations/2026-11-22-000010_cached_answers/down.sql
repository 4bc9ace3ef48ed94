ALTER TABLE messages DROP COLUMN cached;
