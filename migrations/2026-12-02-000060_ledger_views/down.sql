DROP TRIGGER counted ON usage_events;
DROP FUNCTION count_usage();
DROP TABLE unpriced_notices, usage_quarters;
DROP INDEX usage_events_by_conversation, usage_events_by_time;
