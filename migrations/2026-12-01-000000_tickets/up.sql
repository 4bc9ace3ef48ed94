-- Tickets: what is followed until it is done, whether or not it was said in a conversation.

-- The newest number of a tenant. Who takes the next one holds the row until the ticket is kept, so that a
-- ticket that is not kept leaves no gap.
CREATE TABLE ticket_numbers (
    tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
    last      bigint NOT NULL CHECK (last > 0)
);
SELECT parlance_isolate('ticket_numbers', 'SELECT, INSERT, UPDATE');

CREATE TABLE tickets (
    tenant_id          uuid NOT NULL,
    id                 uuid NOT NULL,
    number             bigint NOT NULL CHECK (number > 0),
    space_id           uuid NOT NULL,
    conversation_id    uuid,
    contact_id         uuid,
    subject            text NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 200),
    status             text NOT NULL CHECK (status IN ('open', 'pending', 'resolved', 'closed')),
    priority           text NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    category_id        uuid,
    category_by        text CHECK (category_by IN ('classifier', 'person')),
    category_score     real,
    team_id            uuid,
    assignee_id        uuid,
    assignee_name      text,                         -- then
    tags               text[] NOT NULL DEFAULT '{}',
    via                text NOT NULL CHECK (via IN ('handoff', 'agent', 'api', 'mail')),
    requester_name     text,
    requester_email    text,
    locale             text,
    first_responded_at timestamptz,                  -- when an agent first wrote to the requester
    resolved_at        timestamptz,
    merged_into        uuid,
    client_id          uuid,                         -- the client's own id of it, for making it once
    version            bigint NOT NULL DEFAULT 1,    -- rises with every change
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    priority_rank      smallint NOT NULL GENERATED ALWAYS AS (
        CASE priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'normal' THEN 2 ELSE 3 END) STORED,
    -- What it is found by: words behind a space each.
    words              text NOT NULL GENERATED ALWAYS AS (
        lower(parlance_plain(' ' || subject || ' ' || coalesce(requester_name, '') || ' '
            || coalesce(requester_email, '')))) STORED,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT tickets_number_once UNIQUE (tenant_id, number),
    CONSTRAINT tickets_client_id_once UNIQUE (tenant_id, client_id),
    CONSTRAINT tickets_assignee_named CHECK ((assignee_id IS NULL) = (assignee_name IS NULL)),
    CONSTRAINT tickets_category_by CHECK (category_id IS NOT NULL OR category_score IS NULL),
    CONSTRAINT tickets_resolved_at CHECK ((status IN ('resolved', 'closed')) = (resolved_at IS NOT NULL)),
    CONSTRAINT tickets_merged_are_closed CHECK (merged_into IS NULL OR status = 'closed' AND merged_into <> id),
    CONSTRAINT tickets_space FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id),
    CONSTRAINT tickets_conversation FOREIGN KEY (tenant_id, conversation_id)
        REFERENCES conversations (tenant_id, id) ON DELETE SET NULL (conversation_id),
    CONSTRAINT tickets_contact FOREIGN KEY (tenant_id, contact_id)
        REFERENCES contacts (tenant_id, id) ON DELETE SET NULL (contact_id),
    CONSTRAINT tickets_team FOREIGN KEY (tenant_id, team_id)
        REFERENCES teams (tenant_id, id) ON DELETE SET NULL (team_id),
    CONSTRAINT tickets_merged_into FOREIGN KEY (tenant_id, merged_into)
        REFERENCES tickets (tenant_id, id) ON DELETE SET NULL (merged_into)
);
-- A conversation has one ticket that can still change; the one after it is a follow-up.
CREATE UNIQUE INDEX tickets_one_of_conversation ON tickets (tenant_id, conversation_id) WHERE status <> 'closed';
CREATE INDEX tickets_of_conversation ON tickets (tenant_id, conversation_id, number DESC)
    WHERE conversation_id IS NOT NULL;
-- The list in its three orders, and by what narrows it most.
CREATE INDEX tickets_recent ON tickets (tenant_id, updated_at DESC, id DESC);
CREATE INDEX tickets_by_priority ON tickets (tenant_id, priority_rank, number);
CREATE INDEX tickets_unfinished ON tickets (tenant_id, updated_at DESC, id DESC) WHERE resolved_at IS NULL;
CREATE INDEX tickets_unfinished_by_priority ON tickets (tenant_id, priority_rank, number)
    WHERE resolved_at IS NULL;
CREATE INDEX tickets_unfinished_by_number ON tickets (tenant_id, number) WHERE resolved_at IS NULL;
CREATE INDEX tickets_of_space ON tickets (tenant_id, space_id, updated_at DESC, id DESC);
CREATE INDEX tickets_of_contact ON tickets (tenant_id, contact_id, updated_at DESC, id DESC)
    WHERE contact_id IS NOT NULL;
CREATE INDEX tickets_of_assignee ON tickets (tenant_id, assignee_id, updated_at DESC, id DESC)
    WHERE assignee_id IS NOT NULL;
CREATE INDEX tickets_of_team ON tickets (tenant_id, team_id, updated_at DESC, id DESC) WHERE team_id IS NOT NULL;
CREATE INDEX tickets_of_category ON tickets (tenant_id, category_id, updated_at DESC, id DESC)
    WHERE category_id IS NOT NULL;
CREATE INDEX tickets_by_survivor ON tickets (tenant_id, merged_into) WHERE merged_into IS NOT NULL;
SELECT parlance_isolate('tickets', 'SELECT, INSERT, UPDATE');

-- All that happened to a ticket, notes among it; never changed.
CREATE TABLE ticket_events (
    tenant_id  uuid NOT NULL,
    ticket_id  uuid NOT NULL,
    seq        bigint NOT NULL CHECK (seq > 0),
    kind       text NOT NULL CHECK (kind <> ''),
    body       jsonb NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('user', 'api_key', 'visitor', 'system')),
    actor_id   uuid,
    actor_name text NOT NULL,                        -- then
    client_id  uuid,                                 -- of a note, for writing it once
    at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id, seq),
    CONSTRAINT ticket_events_client_id_once UNIQUE (tenant_id, ticket_id, client_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ticket_events_in_order ON ticket_events (tenant_id, ticket_id, at, seq);
SELECT parlance_isolate('ticket_events', 'SELECT, INSERT');

-- Who is told of what happens to a ticket, besides its assignee.
CREATE TABLE ticket_watchers (
    tenant_id uuid NOT NULL,
    ticket_id uuid NOT NULL,
    user_id   uuid NOT NULL,
    PRIMARY KEY (tenant_id, ticket_id, user_id),
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ticket_watchers_are_members FOREIGN KEY (user_id, tenant_id)
        REFERENCES memberships (user_id, tenant_id) ON DELETE CASCADE
);
CREATE INDEX ticket_watchers_by_user ON ticket_watchers (tenant_id, user_id);
SELECT parlance_isolate('ticket_watchers', 'SELECT, INSERT, DELETE');

-- What a ticket has to do with another one, or with a conversation that is not its own.
CREATE TABLE ticket_links (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    ticket_id       uuid NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('related', 'follow_up')),  -- follow_up: of the other ticket
    other_id        uuid,
    conversation_id uuid,
    at              timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT ticket_links_one_end CHECK (num_nonnulls(other_id, conversation_id) = 1 AND other_id <> ticket_id),
    CONSTRAINT ticket_links_ticket_once UNIQUE (tenant_id, ticket_id, other_id),
    CONSTRAINT ticket_links_conversation_once UNIQUE (tenant_id, ticket_id, conversation_id),
    CONSTRAINT ticket_links_of FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ticket_links_other FOREIGN KEY (tenant_id, other_id) REFERENCES tickets (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ticket_links_conversation FOREIGN KEY (tenant_id, conversation_id)
        REFERENCES conversations (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ticket_links_by_other ON ticket_links (tenant_id, other_id) WHERE other_id IS NOT NULL;
CREATE INDEX ticket_links_by_conversation ON ticket_links (tenant_id, conversation_id)
    WHERE conversation_id IS NOT NULL;
SELECT parlance_isolate('ticket_links', 'SELECT, INSERT, DELETE');

-- As it was, and tickets besides.
CREATE OR REPLACE FUNCTION parlance_empty_space(wanted uuid, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    mine uuid := current_setting('app.tenant_id')::uuid;
    part text := 'large_passages_' || replace(wanted::text, '-', '');
    chats uuid[];
    gone integer;
BEGIN
    IF NOT EXISTS (SELECT FROM spaces WHERE tenant_id = mine AND id = wanted AND removed_at IS NOT NULL) THEN
        RETURN 0;
    END IF;
    DELETE FROM large_spaces WHERE tenant_id = mine AND space_id = wanted;
    IF to_regclass(format('public.%I', part)) IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended(part, 0));
        LOCK TABLE passages IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('DROP TABLE IF EXISTS public.%I', part);
        RETURN 1;
    END IF;

    DELETE FROM tickets WHERE tenant_id = mine AND id = ANY (ARRAY(
        SELECT id FROM tickets WHERE tenant_id = mine AND space_id = wanted LIMIT most));
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone > 0 THEN
        RETURN gone;
    END IF;
    chats := ARRAY(SELECT id FROM conversations WHERE tenant_id = mine AND space_id = wanted LIMIT most);
    IF chats <> '{}' THEN
        UPDATE reservations SET conversation_id = NULL, message_id = NULL
        WHERE tenant_id = mine AND conversation_id = ANY (chats);
        DELETE FROM conversations WHERE tenant_id = mine AND id = ANY (chats);
        RETURN cardinality(chats);
    END IF;
    DELETE FROM visitors WHERE tenant_id = mine AND id = ANY (ARRAY(
        SELECT id FROM visitors WHERE tenant_id = mine AND space_id = wanted LIMIT most));
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone > 0 THEN
        RETURN gone;
    END IF;
    DELETE FROM documents WHERE tenant_id = mine AND id = ANY (ARRAY(
        SELECT id FROM documents WHERE tenant_id = mine AND space_id = wanted LIMIT least(most, 10)));
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone > 0 THEN
        RETURN gone;
    END IF;
    DELETE FROM sources WHERE tenant_id = mine AND id = ANY (ARRAY(
        SELECT id FROM sources WHERE tenant_id = mine AND space_id = wanted LIMIT least(most, 10)));
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone > 0 THEN
        RETURN gone;
    END IF;

    -- Few enough for one step.
    DELETE FROM golden_runs WHERE tenant_id = mine AND space_id = wanted;
    DELETE FROM golden_questions WHERE tenant_id = mine AND space_id = wanted;
    DELETE FROM experiments WHERE tenant_id = mine AND space_id = wanted;
    DELETE FROM space_versions WHERE tenant_id = mine AND space_id = wanted;
    DELETE FROM identity_keys WHERE tenant_id = mine AND space_id = wanted;
    DELETE FROM jobs WHERE tenant_id = mine AND space_id = wanted AND ended_at IS NOT NULL;
    RETURN 0;
END $$;
