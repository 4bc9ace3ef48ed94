-- Agents in conversations: who has one, until when it is put off, and since when a visitor waits for a
-- person. The name is a copy, as in messages: what was shown stays as it was shown.
ALTER TABLE conversations
    ADD COLUMN assignee_id   uuid,
    ADD COLUMN assignee_name text,
    ADD COLUMN snoozed_until timestamptz,
    ADD COLUMN waiting_since timestamptz,
    ADD CONSTRAINT conversations_assignee_named CHECK ((assignee_id IS NULL) = (assignee_name IS NULL)) NOT VALID,
    ADD CONSTRAINT conversations_snoozed_until CHECK ((status = 'snoozed') = (snoozed_until IS NOT NULL)) NOT VALID;
-- The owner of a table sees its rows where that is not forbidden by force.
ALTER TABLE conversations NO FORCE ROW LEVEL SECURITY;
UPDATE conversations SET snoozed_until = now() WHERE status = 'snoozed';
UPDATE conversations SET waiting_since = updated_at WHERE status = 'waiting';
ALTER TABLE conversations FORCE ROW LEVEL SECURITY;
ALTER TABLE conversations VALIDATE CONSTRAINT conversations_assignee_named;
ALTER TABLE conversations VALIDATE CONSTRAINT conversations_snoozed_until;

-- The inbox: who waits longest, then what changed last.
CREATE INDEX conversations_waiting ON conversations (tenant_id, waiting_since, id) WHERE waiting_since IS NOT NULL;
CREATE INDEX conversations_by_status ON conversations (tenant_id, status, updated_at DESC, id DESC);
CREATE INDEX conversations_by_assignee ON conversations (tenant_id, assignee_id, updated_at DESC, id DESC)
    WHERE assignee_id IS NOT NULL;
CREATE INDEX conversations_snoozed ON conversations (snoozed_until) WHERE status = 'snoozed';

-- What agents write for each other. It is no part of the log, which the visitor reads: `after` says
-- behind which event it stands.
CREATE TABLE conversation_notes (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    conversation_id uuid NOT NULL,
    after           bigint NOT NULL CHECK (after >= 0),
    author_id       uuid NOT NULL,
    author_name     text NOT NULL,
    client_id       uuid NOT NULL,
    text            text NOT NULL,
    at              timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT conversation_notes_client_id_once UNIQUE (tenant_id, conversation_id, client_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX conversation_notes_in_order ON conversation_notes (tenant_id, conversation_id, at, id);
SELECT parlance_isolate('conversation_notes', 'SELECT, INSERT');

-- Which conversations of all tenants are to be looked at by the server itself: a snooze is over, or a
-- member has one while nobody knows yet whether they are there.
CREATE FUNCTION conversations_to_wake(now timestamptz, most integer)
RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT tenant_id, id FROM public.conversations
    WHERE status = 'snoozed' AND snoozed_until <= now ORDER BY snoozed_until LIMIT most
$$;
CREATE FUNCTION agents_with_conversations()
RETURNS TABLE (tenant_id uuid, assignee_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT c.tenant_id, c.assignee_id FROM public.conversations c
    JOIN public.memberships m ON m.tenant_id = c.tenant_id AND m.user_id = c.assignee_id
    WHERE c.status = 'human'
$$;
REVOKE ALL ON FUNCTION conversations_to_wake(timestamptz, integer), agents_with_conversations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION conversations_to_wake(timestamptz, integer), agents_with_conversations() TO parlance_app;
GRANT SELECT (tenant_id, id, status, snoozed_until, assignee_id) ON conversations TO parlance_sweeper;
GRANT SELECT (tenant_id, user_id) ON memberships TO parlance_sweeper;
CREATE POLICY sweep ON conversations FOR SELECT TO parlance_sweeper USING (true);
-- A function's owner must be able to create in its schema at that moment, unless a superuser says so.
GRANT CREATE ON SCHEMA public TO parlance_sweeper;
ALTER FUNCTION conversations_to_wake(timestamptz, integer) OWNER TO parlance_sweeper;
ALTER FUNCTION agents_with_conversations() OWNER TO parlance_sweeper;
REVOKE CREATE ON SCHEMA public FROM parlance_sweeper;
