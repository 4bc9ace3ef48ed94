DROP FUNCTION operator_health(timestamptz);
DROP FUNCTION operator_tenant_months(uuid, date, timestamptz);
DROP FUNCTION operator_tenants(timestamptz);
DROP FUNCTION operator_income(date, timestamptz, uuid);
DROP FUNCTION operator_months(date, timestamptz);
DROP FUNCTION operator_calendar(date, timestamptz);
DROP FUNCTION operator_paid();
DROP POLICY operate ON paid_plans;
DROP POLICY operate ON subscriptions;
DROP POLICY operate ON usage_daily;
DROP POLICY operate ON quota_counters;
DROP POLICY operate ON jobs;
DROP POLICY operate ON reservations;
DROP POLICY operate ON rollup_deltas;
DROP POLICY operate ON rollup_checks;
REVOKE ALL ON tenants, memberships, billing_events, paid_plans, subscriptions, usage_daily, quota_counters, jobs,
    reservations, rollup_deltas, rollup_checks FROM parlance_operator;
