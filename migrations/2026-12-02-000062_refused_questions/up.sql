-- Questions that a limit refused to answer are looked at again: they were kept as answered.
ALTER TABLE reservations NO FORCE ROW LEVEL SECURITY;
ALTER TABLE question_marks NO FORCE ROW LEVEL SECURITY;
INSERT INTO question_marks (tenant_id, conversation_id)
SELECT DISTINCT tenant_id, conversation_id FROM reservations
WHERE refused_by IS NOT NULL AND conversation_id IS NOT NULL ORDER BY tenant_id, conversation_id;
ALTER TABLE question_marks FORCE ROW LEVEL SECURITY;
ALTER TABLE reservations FORCE ROW LEVEL SECURITY;
