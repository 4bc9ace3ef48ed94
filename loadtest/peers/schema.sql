-- What the peers keep, beside Parlance's own tables and with the same corpus. Run by the superuser on the database that
-- `parlance bench-data --published` has filled. Row-level security as a careful small team would have it.
DROP SCHEMA IF EXISTS peer CASCADE;
CREATE SCHEMA peer;
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'peer') THEN CREATE ROLE peer LOGIN; END IF;
END $$;
SET search_path = peer, public;

CREATE TABLE spaces (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, slug text NOT NULL UNIQUE);
INSERT INTO spaces SELECT id, tenant_id, slug FROM public.spaces WHERE slug LIKE 'bench-%';

CREATE TABLE passages (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    space_id uuid NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    lexemes tsvector NOT NULL,
    embedding halfvec(384) NOT NULL
);
INSERT INTO passages
SELECT p.id, p.tenant_id, l.space_id, d.title, p.context, l.lexemes, v.embedding::halfvec(384)
FROM public.passages p
JOIN public.documents d ON d.id = p.document_id
JOIN public.passage_lexemes l ON l.passage_id = p.id
JOIN public.passage_vectors v ON v.passage_id = p.id
JOIN spaces s ON s.id = l.space_id;
CREATE INDEX ON passages (tenant_id, space_id);
CREATE INDEX ON passages USING gin (lexemes);

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    seq integer NOT NULL,
    role text NOT NULL,
    text text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (conversation_id, seq)
);
CREATE TABLE usage_events (
    message_id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    model text NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY['passages', 'messages', 'usage_events'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant ON %I USING (tenant_id = current_setting(''app.tenant_id'')::uuid)', name);
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA peer TO peer;
GRANT SELECT ON spaces, passages TO peer;
GRANT SELECT, INSERT ON messages, usage_events TO peer;
ALTER ROLE peer SET search_path = peer, public;
ANALYZE passages;
