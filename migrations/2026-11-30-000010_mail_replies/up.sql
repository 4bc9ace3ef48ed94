-- A conversation goes on by mail once its visitor has left.
ALTER TABLE conversations ADD COLUMN read_seq bigint NOT NULL DEFAULT 0; -- the visitor has seen it up to here
ALTER TABLE visitors ADD COLUMN mail_stopped_at timestamptz;             -- wants no such mail
ALTER TABLE contacts ADD COLUMN mail_stopped_at timestamptz;
-- What was written before is mailed to nobody. The owner of a table sees its rows where that is not
-- forbidden by force.
ALTER TABLE conversations NO FORCE ROW LEVEL SECURITY;
UPDATE conversations SET read_seq = head_seq WHERE head_seq > 0;
ALTER TABLE conversations FORCE ROW LEVEL SECURITY;

-- Messages of agents that were mailed, each once.
CREATE TABLE mailed_messages (
    tenant_id       uuid NOT NULL,
    message_id      uuid NOT NULL,
    conversation_id uuid NOT NULL,
    email           text NOT NULL,
    at              timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX mailed_messages_by_conversation ON mailed_messages (tenant_id, conversation_id, at);
SELECT parlance_isolate('mailed_messages', 'SELECT, INSERT');
