DROP INDEX billing_events_with_body;
UPDATE billing_events SET body = '' WHERE body IS NULL;
ALTER TABLE billing_events ALTER COLUMN body SET NOT NULL;
