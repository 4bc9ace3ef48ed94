DROP FUNCTION agents_with_conversations();
DROP FUNCTION conversations_to_wake(timestamptz, integer);
DROP POLICY sweep ON conversations;
REVOKE SELECT (tenant_id, user_id) ON memberships FROM parlance_sweeper;
REVOKE SELECT (tenant_id, id, status, snoozed_until, assignee_id) ON conversations FROM parlance_sweeper;
DROP TABLE conversation_notes;
DROP INDEX conversations_snoozed, conversations_by_assignee, conversations_by_status, conversations_waiting;
ALTER TABLE conversations
    DROP CONSTRAINT conversations_snoozed_until,
    DROP CONSTRAINT conversations_assignee_named,
    DROP COLUMN waiting_since,
    DROP COLUMN snoozed_until,
    DROP COLUMN assignee_name,
    DROP COLUMN assignee_id;
