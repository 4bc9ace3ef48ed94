DO $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY['audit_events', 'space_versions', 'ticket_events'] LOOP
        EXECUTE format('ALTER TABLE %1$s DROP CONSTRAINT %1$s_actor_kind_check', target);
        EXECUTE format('ALTER TABLE %1$s ADD CONSTRAINT %1$s_actor_kind_check CHECK (actor_kind IN'
                       ' (''user'', ''api_key'', ''visitor'', ''system'')) NOT VALID', target);
    END LOOP;
END $$;
DROP TABLE operator_acts;
DROP TABLE operator_requests;
DROP TABLE operator_access;
DROP TABLE operator_sessions;
DROP TABLE operators;
