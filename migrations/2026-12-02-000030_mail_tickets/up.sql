-- Conversations that began with a mail, as the mail program of whoever wrote it knows them.
CREATE TABLE mail_threads (
    tenant_id       uuid NOT NULL,
    conversation_id uuid NOT NULL,
    email           text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    subject         text NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 200),
    message_id      text CHECK (char_length(message_id) BETWEEN 3 AND 500),  -- of their newest mail, without brackets
    PRIMARY KEY (tenant_id, conversation_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE
);
SELECT parlance_isolate('mail_threads', 'SELECT, INSERT, UPDATE');
-- How many a sender has begun lately.
CREATE INDEX tickets_by_mail ON tickets (tenant_id, lower(requester_email), created_at) WHERE via = 'mail';
