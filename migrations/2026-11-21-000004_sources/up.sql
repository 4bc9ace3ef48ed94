-- Places of the web that a space knows, and what came of each of their pages.

CREATE TABLE sources (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    space_id    uuid NOT NULL,
    url         text NOT NULL CHECK (url <> ''),
    scope       text NOT NULL CHECK (scope IN ('page', 'sitemap', 'host', 'site')),
    max_pages   integer NOT NULL CHECK (max_pages BETWEEN 1 AND 10000),
    max_depth   integer NOT NULL CHECK (max_depth BETWEEN 0 AND 20),
    below       text,                        -- only what lies below this path
    every_hours integer CHECK (every_hours BETWEEN 1 AND 8760),
    crawl       integer NOT NULL DEFAULT 0,  -- counts up with each crawl
    job_id      uuid,                        -- whose crawl that is: the same job again goes on with it
    status      text NOT NULL CHECK (status IN ('queued', 'crawling', 'ready', 'failed')),
    error       text,
    pages       integer NOT NULL DEFAULT 0,  -- delivered or unchanged in the last crawl
    ended       text,                        -- how the last crawl ended
    created_at  timestamptz NOT NULL,
    crawled_at  timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT sources_once UNIQUE (tenant_id, space_id, url, scope),
    CONSTRAINT sources_failed_says_why CHECK ((status = 'failed') = (error IS NOT NULL)),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id)
);
SELECT parlance_isolate('sources');

ALTER TABLE documents
    ADD COLUMN source_id    uuid,
    ADD COLUMN author       text,
    ADD COLUMN published_at timestamptz,
    ADD CONSTRAINT documents_of_source FOREIGN KEY (tenant_id, source_id) REFERENCES sources (tenant_id, id);
CREATE INDEX documents_by_source ON documents (tenant_id, source_id) WHERE source_id IS NOT NULL;

CREATE TABLE source_pages (
    tenant_id     uuid NOT NULL,
    source_id     uuid NOT NULL,
    url           text NOT NULL,
    canonical     text NOT NULL,
    document_id   uuid,
    outcome       text NOT NULL CHECK (outcome IN ('page', 'unchanged', 'gone', 'moved', 'skipped', 'failed')),
    note          text,
    etag          text,
    last_modified text,
    links         text[] NOT NULL DEFAULT '{}',
    crawl         integer NOT NULL,          -- the last one that came by
    checked_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, source_id, url),
    FOREIGN KEY (tenant_id, source_id) REFERENCES sources (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id) ON DELETE SET NULL (document_id)
);
CREATE INDEX source_pages_by_document ON source_pages (tenant_id, document_id) WHERE document_id IS NOT NULL;
SELECT parlance_isolate('source_pages');
