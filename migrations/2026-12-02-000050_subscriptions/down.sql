DROP FUNCTION subscriptions_to_look_at(timestamptz, integer);
DROP FUNCTION tenant_of_customer(text, text);
DROP TABLE mock_billing;
DROP TABLE billing_events;
DROP TABLE subscriptions;
