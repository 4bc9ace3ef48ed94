DROP TABLE mailed_messages;
ALTER TABLE contacts DROP COLUMN mail_stopped_at;
ALTER TABLE visitors DROP COLUMN mail_stopped_at;
ALTER TABLE conversations DROP COLUMN read_seq;
