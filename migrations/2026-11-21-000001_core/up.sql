-- Roles, isolation, the tables above tenants, and what one conversation needs.
-- Every key of a tenant's table begins with tenant_id, and so does every foreign key: a row
-- cannot refer to another tenant's row even by a bug.

-- ── Roles ────────────────────────────────────────────────────────────────────────────────────
-- Roles belong to the cluster, not to the database: another database may have made them already,
-- or be making them now.
DO $$
DECLARE
    wanted text;
BEGIN
    -- parlance_app: what the server runs as. parlance_sweeper: owns the one function that looks
    -- across tenants, and may see nothing but the columns that function needs.
    FOREACH wanted IN ARRAY ARRAY['parlance_app', 'parlance_sweeper'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', wanted);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        IF NOT pg_has_role(current_user, wanted, 'SET') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;
END $$;

-- Puts a table under row-level security and grants it to the server. Everything else stays
-- forbidden: a table that was not passed through here cannot be read by the server at all.
CREATE FUNCTION parlance_isolate(target regclass, privileges text DEFAULT 'SELECT, INSERT, UPDATE, DELETE')
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format(
        'CREATE POLICY tenant ON %s'
        ' USING (tenant_id = current_setting(''app.tenant_id'')::uuid)'
        ' WITH CHECK (tenant_id = current_setting(''app.tenant_id'')::uuid)', target);
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', target);
    EXECUTE format('GRANT %s ON %s TO parlance_app', privileges, target);
END $$;
REVOKE ALL ON FUNCTION parlance_isolate(regclass, text) FROM PUBLIC;

-- ── Above tenants ────────────────────────────────────────────────────────────────────────────
CREATE TABLE tenants (
    id         uuid PRIMARY KEY,
    name       text NOT NULL CHECK (name <> ''),
    status     text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'closed')),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
    id            uuid PRIMARY KEY,
    email         text NOT NULL,
    name          text NOT NULL,
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email_once ON users (lower(email));

CREATE TABLE memberships (
    user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    tenant_id  uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    role       text NOT NULL CHECK (role IN ('owner', 'admin', 'agent', 'viewer')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, tenant_id)
);
CREATE INDEX memberships_by_tenant ON memberships (tenant_id);

CREATE TABLE refresh_tokens (
    id         uuid PRIMARY KEY,
    family     uuid NOT NULL,
    user_id    uuid NOT NULL,
    tenant_id  uuid NOT NULL,
    hash       bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    rotated_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT refresh_tokens_hash_once UNIQUE (hash),
    FOREIGN KEY (user_id, tenant_id) REFERENCES memberships (user_id, tenant_id) ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_by_member ON refresh_tokens (tenant_id, user_id);

GRANT SELECT, INSERT, UPDATE ON tenants, users, refresh_tokens TO parlance_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON memberships TO parlance_app;

-- ── Spaces ───────────────────────────────────────────────────────────────────────────────────
CREATE TABLE spaces (
    tenant_id         uuid NOT NULL REFERENCES tenants (id),
    id                uuid NOT NULL,
    slug              text NOT NULL,
    name              text NOT NULL,
    public_key        text NOT NULL,
    settings          jsonb NOT NULL DEFAULT '{}',
    published         boolean NOT NULL DEFAULT false,
    allowed_origins   text[] NOT NULL DEFAULT '{}',
    knowledge_version bigint NOT NULL DEFAULT 0,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT spaces_slug_shape CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    CONSTRAINT spaces_public_key_shape CHECK (public_key ~ '^pk_[A-Za-z0-9_-]{8,80}$')
);
SELECT parlance_isolate('spaces', 'SELECT, INSERT, UPDATE');

-- Finds the tenant of a slug or a public key, before any tenant is known. Everyone may read it;
-- only the tenant it points to may write it. A slug has no "_" and a key begins with "pk_", so
-- the two cannot be confused.
CREATE TABLE space_index (
    slug            text NOT NULL,
    public_key      text NOT NULL,
    tenant_id       uuid NOT NULL,
    space_id        uuid NOT NULL,
    published       boolean NOT NULL,
    allowed_origins text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, space_id),
    CONSTRAINT space_index_slug_once UNIQUE (slug),
    CONSTRAINT space_index_public_key_once UNIQUE (public_key),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE space_index ENABLE ROW LEVEL SECURITY;
ALTER TABLE space_index FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup ON space_index FOR SELECT USING (true);
CREATE POLICY tenant_insert ON space_index FOR INSERT
    WITH CHECK (tenant_id = current_setting('app.tenant_id')::uuid);
CREATE POLICY tenant_update ON space_index FOR UPDATE
    USING (tenant_id = current_setting('app.tenant_id')::uuid)
    WITH CHECK (tenant_id = current_setting('app.tenant_id')::uuid);
GRANT SELECT, INSERT, UPDATE ON space_index TO parlance_app;

-- ── Conversations ────────────────────────────────────────────────────────────────────────────
CREATE TABLE visitors (
    tenant_id    uuid NOT NULL,
    id           uuid NOT NULL,
    space_id     uuid NOT NULL,
    attributes   jsonb NOT NULL DEFAULT '{}',
    locale       text,
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id)
);
CREATE INDEX visitors_by_space ON visitors (tenant_id, space_id, last_seen_at DESC);
SELECT parlance_isolate('visitors', 'SELECT, INSERT, UPDATE');

CREATE TABLE conversations (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    space_id   uuid NOT NULL,
    visitor_id uuid NOT NULL,
    status     text NOT NULL CHECK (status IN ('bot', 'waiting', 'human', 'snoozed', 'resolved')),
    epoch      integer NOT NULL DEFAULT 0,   -- the model sees no message of an earlier epoch
    head_seq   bigint NOT NULL DEFAULT 0,    -- the seq of the last event
    locale     text,
    page       text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id),
    FOREIGN KEY (tenant_id, visitor_id) REFERENCES visitors (tenant_id, id)
);
CREATE INDEX conversations_by_visitor ON conversations (tenant_id, visitor_id, created_at DESC);
CREATE INDEX conversations_by_space ON conversations (tenant_id, space_id, updated_at DESC, id DESC);
CREATE INDEX conversations_recent ON conversations (tenant_id, updated_at DESC, id DESC);
SELECT parlance_isolate('conversations', 'SELECT, INSERT, UPDATE');

-- The log. Append-only: the server has no right to change or remove a row.
-- body is json, not jsonb: it is only ever read back whole, and a reader then gets the bytes
-- that were written.
CREATE TABLE conversation_events (
    tenant_id       uuid NOT NULL,
    conversation_id uuid NOT NULL,
    seq             bigint NOT NULL CHECK (seq > 0),
    kind            text NOT NULL,
    message_id      uuid,
    body            json NOT NULL,
    at              timestamptz NOT NULL,
    CONSTRAINT conversation_events_seq_once PRIMARY KEY (tenant_id, conversation_id, seq),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE
);
SELECT parlance_isolate('conversation_events', 'SELECT, INSERT');

CREATE TABLE messages (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    conversation_id uuid NOT NULL,
    seq             bigint NOT NULL,
    epoch           integer NOT NULL,
    author_kind     text NOT NULL CHECK (author_kind IN ('visitor', 'assistant', 'agent', 'system')),
    author_id       uuid,
    author_name     text,
    client_id       uuid,
    text            text NOT NULL,
    in_reply_to     uuid,
    state           text NOT NULL CHECK (state IN ('complete', 'interrupted', 'failed')),
    grounding       real,
    claims          jsonb,
    model           text,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT messages_seq_once UNIQUE (tenant_id, conversation_id, seq),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, in_reply_to) REFERENCES messages (tenant_id, id)
);
-- A client that repeats itself after a lost ack says nothing new.
CREATE UNIQUE INDEX messages_client_id_once ON messages (tenant_id, conversation_id, client_id)
    WHERE client_id IS NOT NULL;
-- A turn is answered once.
CREATE UNIQUE INDEX messages_answered_once ON messages (tenant_id, in_reply_to)
    WHERE author_kind = 'assistant' AND in_reply_to IS NOT NULL;
SELECT parlance_isolate('messages', 'SELECT, INSERT, UPDATE');

CREATE TABLE citations (
    tenant_id   uuid NOT NULL,
    message_id  uuid NOT NULL,
    n           integer NOT NULL CHECK (n > 0),
    passage_id  uuid NOT NULL,   -- no foreign key: an answer keeps its citation
    document_id uuid NOT NULL,   -- when the document is reprocessed or removed
    title       text NOT NULL,
    excerpt     text NOT NULL,
    url         text,
    page        integer,
    PRIMARY KEY (tenant_id, message_id, n),
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX citations_by_document ON citations (tenant_id, document_id);
SELECT parlance_isolate('citations', 'SELECT, INSERT');

CREATE TABLE feedback (
    tenant_id  uuid NOT NULL,
    message_id uuid NOT NULL,
    visitor_id uuid NOT NULL,
    value      text NOT NULL CHECK (value IN ('up', 'down')),
    comment    text,
    at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, visitor_id) REFERENCES visitors (tenant_id, id)
);
CREATE INDEX feedback_by_visitor ON feedback (tenant_id, visitor_id);
SELECT parlance_isolate('feedback');

CREATE TABLE ratings (
    tenant_id       uuid NOT NULL,
    conversation_id uuid NOT NULL,
    score           smallint NOT NULL CONSTRAINT ratings_score_range CHECK (score BETWEEN 1 AND 5),
    comment         text,
    at              timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE
);
SELECT parlance_isolate('ratings');

-- ── Ledger ───────────────────────────────────────────────────────────────────────────────────
-- One row per upstream call, written before the call. Tokens are counts, cost is nano-dollars.
CREATE TABLE reservations (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    space_id        uuid NOT NULL,
    conversation_id uuid,
    message_id      uuid,        -- the visitor's message that caused the call
    kind            text NOT NULL CHECK (kind IN ('chat', 'embedding', 'rerank', 'draft', 'summary', 'classify')),
    model           text NOT NULL,
    state           text NOT NULL CHECK (state IN ('open', 'settled', 'released')),
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    sent_at         timestamptz, -- from here on the upstream may charge
    estimate_input  bigint NOT NULL DEFAULT 0 CHECK (estimate_input >= 0),
    estimate_output bigint NOT NULL DEFAULT 0 CHECK (estimate_output >= 0),
    settled_at      timestamptz,
    input           bigint NOT NULL DEFAULT 0 CHECK (input >= 0),
    output          bigint NOT NULL DEFAULT 0 CHECK (output >= 0),
    cache_write_5m  bigint NOT NULL DEFAULT 0 CHECK (cache_write_5m >= 0),
    cache_write_1h  bigint NOT NULL DEFAULT 0 CHECK (cache_write_1h >= 0),
    cache_read      bigint NOT NULL DEFAULT 0 CHECK (cache_read >= 0),
    estimated       boolean NOT NULL DEFAULT false,
    cost_nanos      bigint NOT NULL DEFAULT 0 CHECK (cost_nanos >= 0),
    price_effective date,
    recorded_at     timestamptz,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT reservations_settled_whole CHECK ((state = 'settled') = (settled_at IS NOT NULL)),
    CONSTRAINT reservations_recorded_after_settled CHECK (recorded_at IS NULL OR state = 'settled'),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id)
);
CREATE INDEX reservations_by_space ON reservations (tenant_id, space_id);
CREATE INDEX reservations_by_conversation ON reservations (tenant_id, conversation_id);
CREATE INDEX reservations_by_message ON reservations (tenant_id, message_id);
CREATE INDEX reservations_open ON reservations (tenant_id, expires_at) WHERE state = 'open';
CREATE INDEX reservations_unrecorded ON reservations (tenant_id, settled_at)
    WHERE state = 'settled' AND recorded_at IS NULL;
SELECT parlance_isolate('reservations', 'SELECT, INSERT, UPDATE');

-- One row per upstream call that was charged, for good.
CREATE TABLE usage_events (
    tenant_id       uuid NOT NULL,
    reservation_id  uuid NOT NULL,
    day             date NOT NULL,
    at              timestamptz NOT NULL,
    space_id        uuid NOT NULL,
    conversation_id uuid,
    kind            text NOT NULL,
    model           text NOT NULL,
    input           bigint NOT NULL,
    output          bigint NOT NULL,
    cache_write_5m  bigint NOT NULL,
    cache_write_1h  bigint NOT NULL,
    cache_read      bigint NOT NULL,
    estimated       boolean NOT NULL,
    cost_nanos      bigint NOT NULL,
    price_effective date,
    CONSTRAINT usage_events_reservation_once PRIMARY KEY (tenant_id, reservation_id),
    FOREIGN KEY (tenant_id, reservation_id) REFERENCES reservations (tenant_id, id)
);
CREATE INDEX usage_events_by_day ON usage_events (tenant_id, day, space_id);
SELECT parlance_isolate('usage_events', 'SELECT, INSERT');

CREATE TABLE usage_daily (
    tenant_id      uuid NOT NULL,
    day            date NOT NULL,
    space_id       uuid NOT NULL,
    model          text NOT NULL,
    kind           text NOT NULL,
    calls          bigint NOT NULL,
    input          bigint NOT NULL,
    output         bigint NOT NULL,
    cache_write_5m bigint NOT NULL,
    cache_write_1h bigint NOT NULL,
    cache_read     bigint NOT NULL,
    cost_nanos     bigint NOT NULL,
    PRIMARY KEY (tenant_id, day, space_id, model, kind),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id)
);
CREATE INDEX usage_daily_by_space ON usage_daily (tenant_id, space_id);
SELECT parlance_isolate('usage_daily', 'SELECT, INSERT, UPDATE');

-- ── The one look across tenants ──────────────────────────────────────────────────────────────
-- Which tenants have calls to reconcile or to record, and nothing else about them. It runs as a
-- role that may see three columns of one table, under a policy of its own.
CREATE POLICY sweep ON reservations FOR SELECT TO parlance_sweeper USING (true);
GRANT SELECT (tenant_id, state, recorded_at) ON reservations TO parlance_sweeper;

CREATE FUNCTION tenants_with_open_work() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT tenant_id FROM public.reservations WHERE state = 'open'
    UNION
    SELECT tenant_id FROM public.reservations WHERE state = 'settled' AND recorded_at IS NULL
$$;
REVOKE ALL ON FUNCTION tenants_with_open_work() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_with_open_work() TO parlance_app;
-- A function's owner must be able to create in its schema at that moment, unless a superuser says so.
GRANT CREATE ON SCHEMA public TO parlance_sweeper;
ALTER FUNCTION tenants_with_open_work() OWNER TO parlance_sweeper;
REVOKE CREATE ON SCHEMA public FROM parlance_sweeper;
