-- What operators see of all tenants at once: figures, and none of what tenants or their visitors wrote.

DO $$
BEGIN
    -- parlance_operator: owns the functions below, and may see nothing but the columns that they need.
    BEGIN
        CREATE ROLE parlance_operator NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END;
    IF NOT pg_has_role(current_user, 'parlance_operator', 'SET') THEN
        GRANT parlance_operator TO CURRENT_USER;
    END IF;
END $$;

GRANT SELECT (id, name, plan, status, created_at) ON tenants TO parlance_operator;
GRANT SELECT (tenant_id) ON memberships TO parlance_operator;
GRANT SELECT (handled_at, tries, received_at) ON billing_events TO parlance_operator;
GRANT SELECT (tenant_id, id, at, plan, price, currency) ON paid_plans TO parlance_operator;
GRANT SELECT (tenant_id, status, trial_end, current_period_end, cancel_at_period_end) ON subscriptions TO parlance_operator;
GRANT SELECT (tenant_id, day, cost_nanos) ON usage_daily TO parlance_operator;
GRANT SELECT (tenant_id, quota, period, used) ON quota_counters TO parlance_operator;
GRANT SELECT (kind, state, due_at, ended_at) ON jobs TO parlance_operator;
GRANT SELECT (state, created_at, settled_at, recorded_at) ON reservations TO parlance_operator;
GRANT SELECT (at) ON rollup_deltas TO parlance_operator;
GRANT SELECT (checked_at, differences) ON rollup_checks TO parlance_operator;

CREATE POLICY operate ON paid_plans FOR SELECT TO parlance_operator USING (true);
CREATE POLICY operate ON subscriptions FOR SELECT TO parlance_operator USING (true);
CREATE POLICY operate ON usage_daily FOR SELECT TO parlance_operator USING (true);
CREATE POLICY operate ON quota_counters FOR SELECT TO parlance_operator USING (true);
CREATE POLICY operate ON jobs FOR SELECT TO parlance_operator USING (true);
CREATE POLICY operate ON reservations FOR SELECT TO parlance_operator USING (true);
CREATE POLICY operate ON rollup_deltas FOR SELECT TO parlance_operator USING (true);
CREATE POLICY operate ON rollup_checks FOR SELECT TO parlance_operator USING (true);

-- From when to when which tenant paid for a plan, and how much in a month.
CREATE FUNCTION operator_paid()
RETURNS TABLE (tenant_id uuid, price numeric, currency text, since timestamptz, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.tenant_id, p.price, p.currency, p.at, p.until
    FROM (SELECT c.tenant_id, c.price, c.currency, c.at,
                 lead(c.at, 1, 'infinity') OVER (PARTITION BY c.tenant_id ORDER BY c.id) AS until
          FROM public.paid_plans c) p
    WHERE p.price > 0 AND p.until > p.at
$$;

-- The months from that of `first` to that of `now`, by UTC; the last one ends now.
CREATE FUNCTION operator_calendar(first date, now timestamptz)
RETURNS TABLE (month date, since timestamptz, until timestamptz, whole interval)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d::date, d AT TIME ZONE 'UTC', least((d + interval '1 month') AT TIME ZONE 'UTC', now),
           (d + interval '1 month') - d
    FROM generate_series(date_trunc('month', first::timestamp), now AT TIME ZONE 'UTC', interval '1 month') d
$$;

-- How many tenants there were at the end of each month, who was active and who paid, and what they cost.
CREATE FUNCTION operator_months(first date, now timestamptz)
RETURNS TABLE (month date, tenants bigint, active bigint, paying bigint, paying_before bigint, churned bigint,
               cost_nanos bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH paid AS MATERIALIZED (SELECT * FROM public.operator_paid()),
    paying AS (
        SELECT m.month,
               count(*) FILTER (WHERE p.now_) AS now_,
               count(*) FILTER (WHERE p.before) AS before,
               count(*) FILTER (WHERE p.before AND NOT p.now_) AS churned
        FROM public.operator_calendar(first, now) m,
             LATERAL (SELECT bool_or(x.since <= m.until AND m.until < x.until) AS now_,
                             bool_or(x.since <= m.since AND m.since < x.until) AS before
                      FROM paid x GROUP BY x.tenant_id) p
        GROUP BY m.month),
    cost AS (SELECT date_trunc('month', u.day::timestamp)::date AS month, sum(u.cost_nanos) AS nanos
             FROM public.usage_daily u WHERE u.day >= date_trunc('month', first::timestamp) GROUP BY 1),
    active AS (SELECT q.period AS month, count(*) AS n FROM public.quota_counters q
               WHERE q.quota = 'messages_per_month' AND q.used > 0 GROUP BY 1)
    SELECT m.month, (SELECT count(*) FROM public.tenants t WHERE t.created_at <= m.until),
           coalesce(a.n, 0), coalesce(p.now_, 0), coalesce(p.before, 0), coalesce(p.churned, 0),
           coalesce(c.nanos, 0)::bigint
    FROM public.operator_calendar(first, now) m
    LEFT JOIN paying p USING (month) LEFT JOIN cost c USING (month) LEFT JOIN active a USING (month)
$$;

-- What came in, by month and currency: of one tenant, or of all where none is named.
CREATE FUNCTION operator_income(first date, now timestamptz, wanted uuid)
RETURNS TABLE (month date, currency text, mrr numeric, revenue numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.month, p.currency,
           coalesce(sum(p.price) FILTER (WHERE p.since <= m.until AND m.until < p.until), 0)::numeric(18,3),
           round(sum(p.price * greatest(extract(epoch FROM least(p.until, m.until) - greatest(p.since, m.since)), 0)
                     / extract(epoch FROM m.whole)), 3)::numeric(18,3)
    FROM public.operator_calendar(first, now) m
    JOIN public.operator_paid() p ON p.since <= m.until AND p.until > m.since
    WHERE wanted IS NULL OR p.tenant_id = wanted
    GROUP BY m.month, p.currency
$$;

-- Every tenant as it is now, with the figures of the month.
CREATE FUNCTION operator_tenants(now timestamptz)
RETURNS TABLE (tenant_id uuid, name text, status text, created_at timestamptz, members bigint, plan text,
               subscription text, trial_end timestamptz, current_period_end timestamptz, cancels boolean,
               mrr numeric, revenue numeric, currency text, cost_nanos bigint, messages bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH month AS (SELECT * FROM public.operator_calendar((now AT TIME ZONE 'UTC')::date, now)),
    paid AS (
        SELECT p.tenant_id, p.currency,
               coalesce(sum(p.price) FILTER (WHERE p.since <= now AND now < p.until), 0)::numeric(18,3) AS mrr,
               round(sum(p.price * greatest(extract(epoch FROM least(p.until, m.until) - greatest(p.since, m.since)), 0)
                         / extract(epoch FROM m.whole)), 3)::numeric(18,3) AS revenue
        FROM month m JOIN public.operator_paid() p ON p.since <= m.until AND p.until > m.since
        GROUP BY p.tenant_id, p.currency),
    -- Of somebody who changed the currency within the month, the one that is paid now.
    income AS (SELECT DISTINCT ON (p.tenant_id) * FROM paid p ORDER BY p.tenant_id, p.mrr DESC, p.currency),
    cost AS (SELECT u.tenant_id, sum(u.cost_nanos)::bigint AS nanos FROM public.usage_daily u, month m
             WHERE u.day >= m.month GROUP BY 1),
    said AS (SELECT q.tenant_id, q.used FROM public.quota_counters q, month m
             WHERE q.quota = 'messages_per_month' AND q.period = m.month),
    members AS (SELECT m.tenant_id, count(*) AS n FROM public.memberships m GROUP BY 1)
    SELECT t.id, t.name, t.status, t.created_at, coalesce(m.n, 0), t.plan, s.status, s.trial_end,
           s.current_period_end, coalesce(s.cancel_at_period_end, false), coalesce(i.mrr, 0.000), coalesce(i.revenue, 0.000),
           i.currency, coalesce(c.nanos, 0), coalesce(q.used, 0)
    FROM public.tenants t
    LEFT JOIN public.subscriptions s ON s.tenant_id = t.id
    LEFT JOIN income i ON i.tenant_id = t.id
    LEFT JOIN cost c ON c.tenant_id = t.id
    LEFT JOIN said q ON q.tenant_id = t.id
    LEFT JOIN members m ON m.tenant_id = t.id
$$;

-- What one tenant cost and how much it was used, by month.
CREATE FUNCTION operator_tenant_months(wanted uuid, first date, now timestamptz)
RETURNS TABLE (month date, cost_nanos bigint, messages bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.month,
           coalesce((SELECT sum(u.cost_nanos) FROM public.usage_daily u
                     WHERE u.tenant_id = wanted AND u.day >= m.month AND u.day < m.month + interval '1 month'), 0)::bigint,
           coalesce((SELECT q.used FROM public.quota_counters q
                     WHERE q.tenant_id = wanted AND q.quota = 'messages_per_month' AND q.period = m.month), 0)
    FROM public.operator_calendar(first, now) m
$$;

-- What waits, what failed, and what is not as it should be: how many, and since when.
CREATE FUNCTION operator_health(now timestamptz)
RETURNS TABLE (what text, n bigint, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'jobs_waiting', count(*), min(j.due_at) FROM public.jobs j
        WHERE j.state = 'queued' AND j.kind <> 'send_mail' AND j.due_at <= now
    UNION ALL SELECT 'jobs_running', count(*), NULL FROM public.jobs j WHERE j.state = 'running' AND j.kind <> 'send_mail'
    UNION ALL SELECT 'jobs_failed', count(*), min(j.ended_at) FROM public.jobs j
        WHERE j.state = 'dead' AND j.kind <> 'send_mail' AND j.ended_at > now - interval '1 day'
    UNION ALL SELECT 'mail_waiting', count(*), min(j.due_at) FROM public.jobs j
        WHERE j.state = 'queued' AND j.kind = 'send_mail' AND j.due_at <= now
    UNION ALL SELECT 'mail_failed', count(*), min(j.ended_at) FROM public.jobs j
        WHERE j.state = 'dead' AND j.kind = 'send_mail' AND j.ended_at > now - interval '1 day'
    UNION ALL SELECT 'billing_events_waiting', count(*), min(e.received_at) FROM public.billing_events e
        WHERE e.handled_at IS NULL AND e.tries = 0
    UNION ALL SELECT 'billing_events_failed', count(*), min(e.received_at) FROM public.billing_events e
        WHERE e.handled_at IS NULL AND e.tries > 0
    UNION ALL SELECT 'calls_open', count(*), min(r.created_at) FROM public.reservations r WHERE r.state = 'open'
    UNION ALL SELECT 'calls_unrecorded', count(*), min(r.settled_at) FROM public.reservations r
        WHERE r.state = 'settled' AND r.recorded_at IS NULL
    UNION ALL SELECT 'counts_waiting', count(*), min(d.at) FROM public.rollup_deltas d
    UNION ALL SELECT 'counts_wrong', coalesce(sum(c.differences), 0)::bigint, min(c.checked_at) FROM public.rollup_checks c
$$;

REVOKE ALL ON FUNCTION operator_paid(), operator_calendar(date, timestamptz), operator_months(date, timestamptz),
    operator_income(date, timestamptz, uuid), operator_tenants(timestamptz),
    operator_tenant_months(uuid, date, timestamptz), operator_health(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION operator_months(date, timestamptz), operator_income(date, timestamptz, uuid),
    operator_tenants(timestamptz), operator_tenant_months(uuid, date, timestamptz), operator_health(timestamptz)
    TO parlance_app;
GRANT CREATE ON SCHEMA public TO parlance_operator;
ALTER FUNCTION operator_paid() OWNER TO parlance_operator;
ALTER FUNCTION operator_calendar(date, timestamptz) OWNER TO parlance_operator;
ALTER FUNCTION operator_months(date, timestamptz) OWNER TO parlance_operator;
ALTER FUNCTION operator_income(date, timestamptz, uuid) OWNER TO parlance_operator;
ALTER FUNCTION operator_tenants(timestamptz) OWNER TO parlance_operator;
ALTER FUNCTION operator_tenant_months(uuid, date, timestamptz) OWNER TO parlance_operator;
ALTER FUNCTION operator_health(timestamptz) OWNER TO parlance_operator;
REVOKE CREATE ON SCHEMA public FROM parlance_operator;
