-- What visitors ask, in groups of one meaning, and why a question is a gap in what is known.

-- Questions that mean the same. A gap is one of which some were not answered well.
CREATE TABLE question_clusters (
    tenant_id   uuid NOT NULL,
    id          uuid NOT NULL,
    space_id    uuid NOT NULL,
    model       text NOT NULL,         -- whose vectors it is compared by
    centroid    halfvec NOT NULL,      -- mean of its questions' vectors
    members     integer NOT NULL CHECK (members >= 0),   -- questions in that mean
    central     uuid,                  -- the message it is called by: the nearest to the mean
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'dismissed')),
    document_id uuid,                  -- what answers it
    decided_by  text,                  -- who answered, dismissed or opened it, as they were called then
    decided_at  timestamptz,
    asked_at    timestamptz NOT NULL,  -- its newest question
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT question_clusters_decided_whole CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    FOREIGN KEY (tenant_id, space_id) REFERENCES spaces (tenant_id, id),
    FOREIGN KEY (tenant_id, document_id) REFERENCES documents (tenant_id, id) ON DELETE SET NULL (document_id)
);
ALTER TABLE question_clusters ALTER COLUMN centroid SET STORAGE PLAIN;
CREATE INDEX question_clusters_by_space ON question_clusters (tenant_id, space_id, model, asked_at DESC);
CREATE INDEX question_clusters_by_document ON question_clusters (tenant_id, document_id) WHERE document_id IS NOT NULL;
SELECT parlance_isolate('question_clusters');

-- What visitors asked the bot, greetings left out. All of it follows from the conversation.
CREATE TABLE asked_questions (
    tenant_id       uuid NOT NULL,
    message_id      uuid NOT NULL,
    space_id        uuid NOT NULL,
    conversation_id uuid NOT NULL,
    cluster_id      uuid NOT NULL,
    asked_at        timestamptz NOT NULL,
    reasons         text[] NOT NULL    -- why it is a gap; empty: it is none
        CHECK (reasons <@ ARRAY['abstained', 'low_grounding', 'thumbs_down', 'handed_over']),
    answer_id       uuid,              -- the bot's message; null where it gave none
    took_ms         bigint,            -- from the question to its stored answer; null where that did not come to its end
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, cluster_id) REFERENCES question_clusters (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX asked_questions_by_time ON asked_questions (tenant_id, space_id, asked_at);
CREATE INDEX asked_questions_by_cluster ON asked_questions (tenant_id, cluster_id, asked_at DESC);
SELECT parlance_isolate('asked_questions');

-- Their vectors, apart, so that what is counted is read without them.
CREATE TABLE question_vectors (
    tenant_id  uuid NOT NULL,
    message_id uuid NOT NULL,
    model      text NOT NULL,
    embedding  halfvec NOT NULL,
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES asked_questions (tenant_id, message_id) ON DELETE CASCADE
);
ALTER TABLE question_vectors ALTER COLUMN embedding SET STORAGE PLAIN;
SELECT parlance_isolate('question_vectors');

-- Conversations whose questions are to be looked at again. Only ever inserted by whoever writes what they
-- follow from. No foreign key: a conversation that is gone has no questions.
CREATE TABLE question_marks (
    tenant_id       uuid NOT NULL,
    id              bigint GENERATED ALWAYS AS IDENTITY,
    conversation_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
SELECT parlance_isolate('question_marks', 'SELECT, INSERT, DELETE');

CREATE FUNCTION question_mark_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.question_marks (tenant_id, conversation_id) VALUES (NEW.tenant_id, NEW.conversation_id);
    RETURN NULL;
END $$;
-- An answer, or a change of who answers.
CREATE TRIGGER question_marked AFTER INSERT ON conversation_events FOR EACH ROW
    WHEN (NEW.kind = 'status' OR (NEW.kind = 'message' AND NEW.body ->> 'in_reply_to' IS NOT NULL))
    EXECUTE FUNCTION question_mark_event();

CREATE FUNCTION question_mark_feedback() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.question_marks (tenant_id, conversation_id)
    SELECT m.tenant_id, m.conversation_id FROM public.messages m
    WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.message_id;
    RETURN NULL;
END $$;
CREATE TRIGGER question_marked AFTER INSERT OR UPDATE ON feedback FOR EACH ROW EXECUTE FUNCTION question_mark_feedback();

-- What was asked before there were groups is looked at once.
ALTER TABLE conversations NO FORCE ROW LEVEL SECURITY;
ALTER TABLE question_marks NO FORCE ROW LEVEL SECURITY;
INSERT INTO question_marks (tenant_id, conversation_id)
SELECT tenant_id, id FROM conversations WHERE head_seq > 0 ORDER BY tenant_id, id;
ALTER TABLE question_marks FORCE ROW LEVEL SECURITY;
ALTER TABLE conversations FORCE ROW LEVEL SECURITY;

-- Whose marks wait, and nothing else about them.
CREATE POLICY sweep ON question_marks FOR SELECT TO parlance_sweeper USING (true);
GRANT SELECT (tenant_id) ON question_marks TO parlance_sweeper;
CREATE FUNCTION tenants_with_question_marks() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE waiting AS (
        (SELECT tenant_id FROM public.question_marks ORDER BY tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT m.tenant_id FROM public.question_marks m WHERE m.tenant_id > w.tenant_id
                ORDER BY m.tenant_id LIMIT 1)
        FROM waiting w WHERE w.tenant_id IS NOT NULL)
    SELECT tenant_id FROM waiting WHERE tenant_id IS NOT NULL
$$;
REVOKE ALL ON FUNCTION tenants_with_question_marks() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_with_question_marks() TO parlance_app;
-- A function's owner must be able to create in its schema at that moment, unless a superuser says so.
GRANT CREATE ON SCHEMA public TO parlance_sweeper;
ALTER FUNCTION tenants_with_question_marks() OWNER TO parlance_sweeper;
REVOKE CREATE ON SCHEMA public FROM parlance_sweeper;

-- As it was, and the groups of questions besides; the questions themselves go with their conversations.
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

    DELETE FROM question_clusters WHERE tenant_id = mine AND id = ANY (ARRAY(
        SELECT id FROM question_clusters WHERE tenant_id = mine AND space_id = wanted LIMIT most));
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
