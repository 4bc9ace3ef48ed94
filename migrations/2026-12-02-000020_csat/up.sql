-- Ratings are asked for by mail as well, and told by who answered.

ALTER TABLE conversations ADD COLUMN rating_asked_at timestamptz;  -- when its visitor was mailed for one

ALTER TABLE ratings
    ADD COLUMN space_id   uuid,
    ADD COLUMN via        text NOT NULL DEFAULT 'widget' CHECK (via IN ('widget', 'mail')),
    ADD COLUMN agent_id   uuid,
    ADD COLUMN agent_name text;  -- who wrote to the visitor last before they rated, then; null is the bot alone

-- What is counted of a rating stays as it was. The owner of a table sees its rows where that is not forbidden
-- by force.
ALTER TABLE ratings DISABLE TRIGGER rolled_up;
ALTER TABLE ratings NO FORCE ROW LEVEL SECURITY;
ALTER TABLE conversations NO FORCE ROW LEVEL SECURITY;
ALTER TABLE messages NO FORCE ROW LEVEL SECURITY;
UPDATE ratings r SET space_id = c.space_id FROM conversations c
WHERE c.tenant_id = r.tenant_id AND c.id = r.conversation_id;
UPDATE ratings r SET (agent_id, agent_name) = (
    SELECT m.author_id, m.author_name FROM messages m
    WHERE m.tenant_id = r.tenant_id AND m.conversation_id = r.conversation_id
      AND m.author_kind = 'agent' AND m.created_at <= r.at
    ORDER BY m.seq DESC LIMIT 1);
ALTER TABLE messages FORCE ROW LEVEL SECURITY;
ALTER TABLE conversations FORCE ROW LEVEL SECURITY;
ALTER TABLE ratings FORCE ROW LEVEL SECURITY;
ALTER TABLE ratings ENABLE TRIGGER rolled_up;

ALTER TABLE ratings ALTER COLUMN space_id SET NOT NULL, ALTER COLUMN via DROP DEFAULT;
CREATE INDEX ratings_in_order ON ratings (tenant_id, at);
CREATE INDEX ratings_with_comment ON ratings (tenant_id, at DESC, conversation_id DESC) WHERE comment IS NOT NULL;
CREATE INDEX ratings_with_comment_of_space ON ratings (tenant_id, space_id, at DESC, conversation_id DESC)
    WHERE comment IS NOT NULL;
