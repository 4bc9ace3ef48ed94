-- Spaces over their life: versions of what they are set to, a key that is rotated, put away, removed.

ALTER TABLE spaces
    ADD COLUMN version       bigint NOT NULL DEFAULT 1,  -- the newest of space_versions
    ADD COLUMN old_key       text,                       -- the key before this one, which works until then
    ADD COLUMN old_key_until timestamptz,
    ADD COLUMN archived_at   timestamptz,
    -- What was removed stays as a row without content: reservations, usage_events and usage_daily refer
    -- to it, and the books are kept. Its slug and its keys are free from then on, for those are in
    -- space_index, where its row is gone. usage_events, which nobody may change, keep the ids of
    -- conversations that are no more.
    ADD COLUMN removed_at    timestamptz,
    ADD CONSTRAINT spaces_old_key_ends CHECK ((old_key IS NULL) = (old_key_until IS NULL)),
    ADD CONSTRAINT spaces_away_is_unpublished
        CHECK (NOT published OR (archived_at IS NULL AND removed_at IS NULL));

ALTER TABLE space_index
    ADD COLUMN old_key       text,
    ADD COLUMN old_key_until timestamptz,
    ADD CONSTRAINT space_index_old_key_once UNIQUE (old_key);
CREATE POLICY tenant_delete ON space_index FOR DELETE
    USING (tenant_id = current_setting('app.tenant_id')::uuid);
GRANT DELETE ON space_index TO parlance_app;

-- What a space was set to, and who set it; never changed. The oldest are forgotten.
CREATE TABLE space_versions (
    tenant_id       uuid NOT NULL,
    space_id        uuid NOT NULL,
    n               bigint NOT NULL CHECK (n > 0),
    name            text NOT NULL,
    settings        jsonb NOT NULL,
    allowed_origins text[] NOT NULL,
    actor_kind      text NOT NULL CHECK (actor_kind IN ('user', 'api_key', 'visitor', 'system')),
    actor_id        uuid,
    actor_name      text NOT NULL,
    note            text,
    restored_from   bigint,
    at              timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, space_id, n),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id)
);
-- The owner of a table sees its rows where that is not forbidden by force.
ALTER TABLE spaces NO FORCE ROW LEVEL SECURITY;
INSERT INTO space_versions (tenant_id, space_id, n, name, settings, allowed_origins, actor_kind, actor_name, at)
SELECT tenant_id, id, 1, name, settings, allowed_origins, 'system', 'Parlance', updated_at FROM spaces;
ALTER TABLE spaces FORCE ROW LEVEL SECURITY;
SELECT parlance_isolate('space_versions', 'SELECT, INSERT, DELETE');

-- A message that is removed must not be answered by one that stays: looked up for each.
CREATE INDEX messages_by_question ON messages (tenant_id, in_reply_to) WHERE in_reply_to IS NOT NULL;

-- Takes some of what a removed space has left; how much, 0 when nothing is. With its owner's rights, for
-- the server may remove neither a conversation nor its log, and owns no table. It touches nothing but
-- what is of a removed space of the tenant that the transaction is bound to. Nobody waits longer than a
-- tenth of a second behind it; who takes the step tries again.
CREATE FUNCTION parlance_empty_space(wanted uuid, most integer) RETURNS integer
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
    DELETE FROM space_versions WHERE tenant_id = mine AND space_id = wanted;
    DELETE FROM identity_keys WHERE tenant_id = mine AND space_id = wanted;
    DELETE FROM jobs WHERE tenant_id = mine AND space_id = wanted AND ended_at IS NOT NULL;
    RETURN 0;
END $$;
REVOKE ALL ON FUNCTION parlance_empty_space(uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parlance_empty_space(uuid, integer) TO parlance_app;
