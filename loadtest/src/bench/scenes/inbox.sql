-- 100,000 conversations of the demo's workspace, each of a visitor who has said one thing; one in five waits for a person.
-- Neither triggers nor foreign keys: what else is kept of a message is not what is looked at.
SET session_replication_role = replica;
CREATE TEMP TABLE made AS
SELECT s.tenant_id, s.id AS space_id, gen_random_uuid() AS visitor_id, gen_random_uuid() AS id,
       gen_random_uuid() AS message_id, n, n % 5 = 0 AS waits, now() - n * interval '1 minute' AS at
FROM spaces s, generate_series(1, 100000) n WHERE s.slug = 'acme';
INSERT INTO visitors (tenant_id, id, space_id, created_at, last_seen_at)
SELECT tenant_id, visitor_id, space_id, at, at FROM made;
INSERT INTO conversations (tenant_id, id, space_id, visitor_id, status, head_seq, created_at, updated_at, waiting_since)
SELECT tenant_id, id, space_id, visitor_id, CASE WHEN waits THEN 'waiting' ELSE 'resolved' END, 2, at, at,
       CASE WHEN waits THEN at END FROM made;
INSERT INTO messages (tenant_id, id, conversation_id, seq, epoch, author_kind, client_id, text, state, created_at)
SELECT tenant_id, message_id, id, 1, 0, 'visitor', gen_random_uuid(), 'Where is my robot? Its number is ' || n || '.',
       'complete', at FROM made;
INSERT INTO conversation_events (tenant_id, conversation_id, seq, kind, message_id, body, at)
SELECT tenant_id, id, 1, 'message', message_id, json_build_object('type', 'message', 'id', message_id), at FROM made
UNION ALL
SELECT tenant_id, id, 2, 'status', NULL,
       json_build_object('type', 'status', 'status', CASE WHEN waits THEN 'waiting' ELSE 'resolved' END), at FROM made;
ANALYZE visitors, conversations, messages, conversation_events;
