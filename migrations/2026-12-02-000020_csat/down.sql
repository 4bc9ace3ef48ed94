DROP INDEX ratings_with_comment_of_space;
DROP INDEX ratings_with_comment;
DROP INDEX ratings_in_order;
ALTER TABLE ratings DROP COLUMN space_id, DROP COLUMN via, DROP COLUMN agent_id, DROP COLUMN agent_name;
ALTER TABLE conversations DROP COLUMN rating_asked_at;
