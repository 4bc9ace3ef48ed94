-- A/B tests of how a space answers, and golden runs under the settings of an earlier version.

-- Arm A answers as the space is set, arm B as it was in another version. Both are kept as they were when
-- it began: versions are forgotten in time.
CREATE TABLE experiments (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    space_id   uuid NOT NULL,
    name       text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    version_a  bigint NOT NULL,
    version_b  bigint NOT NULL,
    ai_a       jsonb NOT NULL,        -- settings.ai of each
    ai_b       jsonb NOT NULL,
    share_b    smallint NOT NULL CHECK (share_b BETWEEN 1 AND 99),   -- percent of the conversations
    actor_name text NOT NULL,         -- who began it, as they were called then
    started_at timestamptz NOT NULL,
    ended_at   timestamptz,
    used       text CHECK (used IN ('a', 'b')),  -- what was decided at the end, where something was
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT experiments_used_at_the_end CHECK (used IS NULL OR ended_at IS NOT NULL),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id)
);
CREATE INDEX experiments_by_space ON experiments (tenant_id, space_id, started_at DESC);
CREATE UNIQUE INDEX experiments_one_running ON experiments (tenant_id, space_id) WHERE ended_at IS NULL;
SELECT parlance_isolate('experiments', 'SELECT, INSERT, UPDATE');

-- The arm of each answer that was said under a test, with what is told of it by arm.
CREATE TABLE experiment_answers (
    tenant_id       uuid NOT NULL,
    message_id      uuid NOT NULL,
    experiment_id   uuid NOT NULL,
    conversation_id uuid NOT NULL,
    question_id     uuid NOT NULL,
    seq             bigint NOT NULL,
    arm             text NOT NULL CHECK (arm IN ('a', 'b')),
    abstained       boolean NOT NULL,
    grounding       real,
    took_ms         bigint,              -- since the question was stored; null for what did not come to its end
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, experiment_id) REFERENCES experiments (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX experiment_answers_by_experiment ON experiment_answers (tenant_id, experiment_id, conversation_id);
SELECT parlance_isolate('experiment_answers', 'SELECT, INSERT');

-- What became of conversations, without the rest of their logs.
CREATE INDEX conversation_events_status ON conversation_events (tenant_id, conversation_id, seq) WHERE kind = 'status';

-- The settings a run was made under, where they were not those of its time, and what its answers cost.
ALTER TABLE golden_runs ADD COLUMN version bigint;
ALTER TABLE golden_results ADD COLUMN cost_nanos bigint CHECK (cost_nanos >= 0);

-- As it was, and experiments besides.
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
