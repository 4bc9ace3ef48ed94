DROP INDEX conversations_urgent;
CREATE INDEX conversations_waiting ON conversations (tenant_id, waiting_since, id) WHERE waiting_since IS NOT NULL;
ALTER TABLE conversations
    DROP COLUMN answer_by,
    DROP COLUMN credit,
    DROP COLUMN deadline,
    DROP COLUMN alarmed_at;
DROP FUNCTION parlance_answer_by(timestamptz, timestamptz, integer);
DROP TABLE message_moods;
