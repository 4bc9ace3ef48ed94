DROP FUNCTION parlance_search_conversations(tsquery, uuid, text[], boolean, uuid, uuid, integer);
DROP POLICY search ON messages;
DROP POLICY search ON conversations;
REVOKE SELECT (tenant_id, id, conversation_id, seq, author_kind, text) ON messages FROM parlance_searcher;
REVOKE SELECT (tenant_id, id, space_id, status, assignee_id) ON conversations FROM parlance_searcher;
DROP INDEX messages_by_word;
DROP FUNCTION parlance_message_words(uuid, text);
DROP FUNCTION parlance_plain(text);
