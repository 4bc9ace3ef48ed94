ALTER TABLE agents DROP COLUMN ticket_mail;
