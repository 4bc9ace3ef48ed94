-- What was drafted for agents, and what became of it.
CREATE TABLE drafts (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,           -- chosen by the client
    conversation_id uuid NOT NULL,
    agent_id        uuid NOT NULL,           -- a person, or a program by its key
    kind            text NOT NULL CHECK (kind IN ('reply', 'summary', 'rephrase', 'shorter', 'translate')),
    model           text,                    -- null: none was asked
    text            text NOT NULL DEFAULT '',-- as it was proposed; empty while it is written
    grounding       real CHECK (grounding BETWEEN 0 AND 1),
    created_at      timestamptz NOT NULL,
    outcome         text CHECK (outcome IN ('accepted', 'edited', 'discarded')),
    message_id      uuid,                    -- what the visitor was sent; null for what became a note
    decided_at      timestamptz,
    CONSTRAINT drafts_id_once PRIMARY KEY (tenant_id, id),
    CONSTRAINT drafts_decided_whole CHECK ((outcome IS NULL) = (decided_at IS NULL)),
    CONSTRAINT drafts_sent_is_kept CHECK (message_id IS NULL OR outcome IN ('accepted', 'edited')),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX drafts_of_agent ON drafts (tenant_id, conversation_id, agent_id);
CREATE INDEX drafts_by_message ON drafts (tenant_id, message_id) WHERE message_id IS NOT NULL;
SELECT parlance_isolate('drafts', 'SELECT, INSERT, UPDATE');
