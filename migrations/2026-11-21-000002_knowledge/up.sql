-- Documents, their processed versions, and the passages that are searched.

CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE documents (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    space_id     uuid NOT NULL,
    name         text NOT NULL CHECK (name <> ''),   -- file name or address: the document's identity in its space
    title        text NOT NULL DEFAULT '',           -- known once it has been read
    media_type   text NOT NULL DEFAULT '',
    source_url   text,
    status       text NOT NULL CHECK (status IN ('queued', 'processing', 'ready', 'failed')),
    error        text,                               -- why it failed, in words for who uploaded it
    content_hash bytea NOT NULL,                     -- SHA-256 of the file
    bytes        bigint NOT NULL CHECK (bytes >= 0),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT documents_name_once UNIQUE (tenant_id, space_id, name),
    CONSTRAINT documents_failed_says_why CHECK ((status = 'failed') = (error IS NOT NULL)),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id)
);
CREATE INDEX documents_unfinished ON documents (tenant_id, updated_at) WHERE status IN ('queued', 'processing');
SELECT parlance_isolate('documents');

-- The file as it was uploaded: read again when it is reprocessed, served where a PDF is cited.
CREATE TABLE document_files (
    tenant_id   uuid NOT NULL,
    document_id uuid NOT NULL,
    content     bytea NOT NULL,
    PRIMARY KEY (tenant_id, document_id),
    FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id) ON DELETE CASCADE
);
-- Most files are compressed already.
ALTER TABLE document_files ALTER COLUMN content SET STORAGE EXTERNAL;
SELECT parlance_isolate('document_files');

-- One processing of a document. The live one is searched; one that is being built is not seen
-- until it replaces the live one in a single transaction.
CREATE TABLE document_versions (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    document_id  uuid NOT NULL,
    content_hash bytea NOT NULL,
    recipe       text NOT NULL,        -- extractor, sizes and model: another recipe, another version
    text         text NOT NULL,        -- what all offsets refer to
    markdown     boolean NOT NULL,
    live         boolean NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX document_versions_live_once ON document_versions (tenant_id, document_id) WHERE live;
CREATE UNIQUE INDEX document_versions_building_once ON document_versions (tenant_id, document_id) WHERE NOT live;
SELECT parlance_isolate('document_versions');

-- What is cited and given to the model. Offsets count characters of document_versions.text.
CREATE TABLE passages (
    tenant_id     uuid NOT NULL,
    id            uuid NOT NULL,
    version_id    uuid NOT NULL,
    document_id   uuid NOT NULL,
    ordinal       integer NOT NULL CHECK (ordinal >= 0),
    kind          text NOT NULL CHECK (kind IN ('paragraph', 'list', 'table', 'code')),
    heading       text[] NOT NULL,
    page          integer,
    start_char    integer NOT NULL,
    end_char      integer NOT NULL,
    context_start integer NOT NULL,
    context       text NOT NULL,       -- the passage with its neighbours in the section
    tokens        integer NOT NULL,
    embed_hash    bytea NOT NULL,      -- SHA-256 of what is embedded
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT passages_ordinal_once UNIQUE (tenant_id, version_id, ordinal),
    CONSTRAINT passages_offsets CHECK (context_start <= start_char AND start_char < end_char),
    FOREIGN KEY (tenant_id, version_id) REFERENCES document_versions (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX passages_by_document ON passages (tenant_id, document_id);
SELECT parlance_isolate('passages');

-- The two tables that a search reads, narrow on purpose: exact search over the 500 passages of a
-- tenant takes a third of the time it takes over rows that also hold text.
CREATE TABLE passage_vectors (
    tenant_id  uuid NOT NULL,
    passage_id uuid NOT NULL,
    space_id   uuid NOT NULL,
    live       boolean NOT NULL DEFAULT false,
    model      text NOT NULL,
    embedding  halfvec NOT NULL,       -- length by model
    PRIMARY KEY (tenant_id, passage_id),
    FOREIGN KEY (tenant_id, passage_id) REFERENCES passages (tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE passage_vectors ALTER COLUMN embedding SET STORAGE PLAIN;
CREATE INDEX passage_vectors_searched ON passage_vectors (tenant_id, space_id, model) WHERE live;
SELECT parlance_isolate('passage_vectors');

CREATE TABLE passage_lexemes (
    tenant_id  uuid NOT NULL,
    passage_id uuid NOT NULL,
    space_id   uuid NOT NULL,
    live       boolean NOT NULL DEFAULT false,
    lexemes    tsvector NOT NULL,      -- weight A: title, B: headings, D: text
    PRIMARY KEY (tenant_id, passage_id),
    FOREIGN KEY (tenant_id, passage_id) REFERENCES passages (tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE passage_lexemes ALTER COLUMN lexemes SET STORAGE MAIN;
CREATE INDEX passage_lexemes_searched ON passage_lexemes (tenant_id, space_id) WHERE live;
SELECT parlance_isolate('passage_lexemes');
