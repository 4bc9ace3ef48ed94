-- How visitors are, and by when they are to be answered.

-- What was read of each message of a visitor, when it was said.
CREATE TABLE message_moods (
    tenant_id       uuid NOT NULL,
    message_id      uuid NOT NULL,
    conversation_id uuid NOT NULL,
    seq             bigint NOT NULL,         -- of the message
    epoch           integer NOT NULL,
    valence         real NOT NULL CHECK (valence BETWEEN -1 AND 1),
    anger           real NOT NULL CHECK (anger BETWEEN 0 AND 1),
    urgency         text CHECK (urgency <> ''),
    words           jsonb NOT NULL,          -- that decided it
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX message_moods_in_order ON message_moods (tenant_id, conversation_id, seq);
SELECT parlance_isolate('message_moods', 'SELECT, INSERT, UPDATE');

-- By when a person is to write, by domain::conversations::urgency, which explains it. A moment, so that time
-- alone changes no order. Minutes have the same length everywhere.
CREATE FUNCTION parlance_answer_by(since timestamptz, deadline timestamptz, credit integer)
RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN since IS NOT NULL
            THEN least(since + interval '60 minutes', deadline) - make_interval(mins => credit) END;

ALTER TABLE conversations
    ADD COLUMN alarmed_at timestamptz,                  -- since when the bot has a visitor who is angry or urgent
    ADD COLUMN deadline   timestamptz,                  -- the next one of its open ticket
    ADD COLUMN credit     integer NOT NULL DEFAULT 0    -- minutes by which it is answered earlier
        CHECK (credit BETWEEN 0 AND 10000);
ALTER TABLE conversations ADD COLUMN answer_by timestamptz GENERATED ALWAYS AS (
    parlance_answer_by(coalesce(waiting_since, alarmed_at), deadline, credit)) STORED;

-- The inbox: what is to be answered first, then what changed last.
DROP INDEX conversations_waiting;
CREATE INDEX conversations_urgent ON conversations (tenant_id, answer_by, id) WHERE answer_by IS NOT NULL;
