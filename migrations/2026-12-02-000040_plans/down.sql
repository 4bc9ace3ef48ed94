ALTER TABLE reservations DROP COLUMN refused_by;
DROP FUNCTION parlance_return_quota(text, bigint, timestamptz);
DROP FUNCTION parlance_take_quota(text, bigint, timestamptz);
DROP FUNCTION parlance_period(text, timestamptz);
DROP FUNCTION parlance_limit(text);
DROP FUNCTION parlance_plan();
DROP TABLE quota_counters;
ALTER TABLE tenants DROP COLUMN time_zone;
DROP TABLE plans;
