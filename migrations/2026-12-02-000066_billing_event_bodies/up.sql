-- What is known of an event's id is kept for ever, so that it is never handled twice; its body, which has addresses and
-- names of payers in it, for as long as somebody may want to look at it.
ALTER TABLE billing_events ALTER COLUMN body DROP NOT NULL;
CREATE INDEX billing_events_with_body ON billing_events (received_at) WHERE body IS NOT NULL;
