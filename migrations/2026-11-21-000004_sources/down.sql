DROP TABLE source_pages;
ALTER TABLE documents DROP COLUMN source_id, DROP COLUMN author, DROP COLUMN published_at;
DROP TABLE sources;
