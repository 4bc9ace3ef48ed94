-- As before.
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
DROP FUNCTION tenants_with_question_marks();
DROP TRIGGER question_marked ON feedback;
DROP FUNCTION question_mark_feedback();
DROP TRIGGER question_marked ON conversation_events;
DROP FUNCTION question_mark_event();
DROP TABLE question_marks;
DROP TABLE question_vectors;
DROP TABLE asked_questions;
DROP TABLE question_clusters;
