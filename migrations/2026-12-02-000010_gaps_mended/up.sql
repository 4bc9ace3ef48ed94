-- The questions report of all spaces reads by time alone.
CREATE INDEX asked_questions_of_all ON asked_questions (tenant_id, asked_at);

-- Questions that were blamed for a handoff after their conversation had been resolved are looked at again.
ALTER TABLE asked_questions NO FORCE ROW LEVEL SECURITY;
ALTER TABLE question_marks NO FORCE ROW LEVEL SECURITY;
INSERT INTO question_marks (tenant_id, conversation_id)
SELECT DISTINCT tenant_id, conversation_id FROM asked_questions WHERE 'handed_over' = ANY (reasons)
ORDER BY tenant_id, conversation_id;
ALTER TABLE question_marks FORCE ROW LEVEL SECURITY;
ALTER TABLE asked_questions FORCE ROW LEVEL SECURITY;
