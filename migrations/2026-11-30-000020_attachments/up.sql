-- Files that visitors and agents send: uploaded first, sent with a message or a note later. What is never
-- sent is removed after a day. A file is kept as it may be shown: looked at for malware, its type found by
-- content, an image without what its camera noted.
CREATE TABLE attachments (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    conversation_id uuid NOT NULL,
    uploader_kind   text NOT NULL CHECK (uploader_kind IN ('visitor', 'agent')),
    uploader_id     uuid NOT NULL,
    name            text NOT NULL CHECK (name <> ''),
    media_type      text NOT NULL,
    bytes           integer NOT NULL CHECK (bytes > 0),
    sha256          bytea NOT NULL,
    width           integer CHECK (width > 0),     -- pixels as shown, of images
    height          integer CHECK (height > 0),
    content         bytea NOT NULL,
    message_id      uuid,                          -- what it was sent with
    note_id         uuid,
    position        smallint,                      -- its place there, from 0
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT attachments_measured_whole CHECK ((width IS NULL) = (height IS NULL)),
    CONSTRAINT attachments_sent_once CHECK (message_id IS NULL OR note_id IS NULL),
    CONSTRAINT attachments_sent_in_order
        CHECK ((position IS NULL) = (message_id IS NULL AND note_id IS NULL)),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, note_id) REFERENCES conversation_notes (tenant_id, id) ON DELETE CASCADE
);
-- Images and PDFs are compressed already.
ALTER TABLE attachments ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX attachments_by_conversation ON attachments (tenant_id, conversation_id);
CREATE INDEX attachments_by_message ON attachments (tenant_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX attachments_by_note ON attachments (tenant_id, note_id) WHERE note_id IS NOT NULL;
-- How much visitors upload in a day.
CREATE INDEX attachments_by_visitors ON attachments (tenant_id, created_at) INCLUDE (bytes)
    WHERE uploader_kind = 'visitor';
CREATE INDEX attachments_unsent ON attachments (tenant_id, created_at) WHERE position IS NULL;
SELECT parlance_isolate('attachments', 'SELECT, INSERT, DELETE');
-- What a file is never changes.
GRANT UPDATE (message_id, note_id, position) ON attachments TO parlance_app;

-- The names of what was sent with a message, for the model and for previews.
ALTER TABLE messages ADD COLUMN attachments text[] NOT NULL DEFAULT '{}';
