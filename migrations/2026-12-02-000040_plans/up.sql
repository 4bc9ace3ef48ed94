-- What a plan gives, how much of it is used, and when a period of it ends.

-- A copy of the plan file, which the server writes when it starts: limits are applied in the statements
-- that store what they are about, on every node by the same numbers.
CREATE TABLE plans (
    id         text PRIMARY KEY CHECK (id <> ''),
    is_default boolean NOT NULL,                -- what a workspace has whose plan is not in the file
    price      numeric(12,3) NOT NULL CHECK (price >= 0),
    currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    limits     jsonb NOT NULL                   -- by the names of quotas; null is unlimited
);
REVOKE ALL ON plans FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON plans TO parlance_app;

-- Whose days and months are counted: a zone of the IANA's list.
ALTER TABLE tenants ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC';

CREATE TABLE quota_counters (
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    quota     text NOT NULL,
    period    date NOT NULL,                    -- its first day, in the workspace's time zone
    used      bigint NOT NULL CHECK (used >= 0),
    PRIMARY KEY (tenant_id, quota, period)
);
SELECT parlance_isolate('quota_counters');

-- The plan of the tenant that the transaction is bound to.
CREATE FUNCTION parlance_plan() RETURNS plans
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p FROM tenants t JOIN plans p ON p.id = t.plan OR p.is_default
    WHERE t.id = current_setting('app.tenant_id')::uuid ORDER BY p.id = t.plan DESC LIMIT 1
$$;

-- How much of `wanted` there may be by it; null is unlimited.
CREATE FUNCTION parlance_limit(wanted text) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT ((parlance_plan()).limits ->> wanted)::bigint
$$;

-- When the period of `wanted` began in which `at` is, by the workspace's clock, and when it ends.
CREATE FUNCTION parlance_period(wanted text, at timestamptz, OUT period date, OUT resets_at timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT began::date, (began + ('1 ' || unit)::interval) AT TIME ZONE time_zone
    FROM (SELECT time_zone, unit, date_trunc(unit, at AT TIME ZONE time_zone) AS began
          FROM tenants, substring(wanted from 'per_(day|month)$') AS unit
          WHERE id = current_setting('app.tenant_id')::uuid) AS clock
$$;

-- Takes `n` of what is left of `wanted`, or nothing where that is less. How much is used is told either way.
-- Exact under concurrency: the row of the counter is locked until the transaction ends, and the statement
-- that finds it locked compares anew.
CREATE FUNCTION parlance_take_quota(
    wanted text, n bigint, at timestamptz,
    OUT taken boolean, OUT used bigint, OUT at_most bigint, OUT resets_at timestamptz)
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    mine  uuid := current_setting('app.tenant_id')::uuid;
    began date;
BEGIN
    at_most := parlance_limit(wanted);
    SELECT p.period, p.resets_at INTO began, resets_at FROM parlance_period(wanted, at) p;
    INSERT INTO quota_counters AS c (tenant_id, quota, period, used)
    SELECT mine, wanted, began, n WHERE at_most IS NULL OR n <= at_most
    ON CONFLICT (tenant_id, quota, period) DO UPDATE SET used = c.used + excluded.used
        WHERE at_most IS NULL OR c.used + excluded.used <= at_most
    RETURNING c.used INTO used;
    taken := FOUND;
    IF NOT taken THEN
        SELECT c.used INTO used FROM quota_counters c
        WHERE c.tenant_id = mine AND c.quota = wanted AND c.period = began;
        used := coalesce(used, 0);
    END IF;
END $$;

-- Gives back what was taken at `taken_at` and not used, in the period in which it was.
CREATE FUNCTION parlance_return_quota(wanted text, n bigint, taken_at timestamptz) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE quota_counters SET used = greatest(used - n, 0)
    WHERE tenant_id = current_setting('app.tenant_id')::uuid AND quota = wanted
      AND period = (SELECT p.period FROM parlance_period(wanted, taken_at) p)
$$;

REVOKE ALL ON FUNCTION parlance_plan(), parlance_limit(text), parlance_period(text, timestamptz),
    parlance_take_quota(text, bigint, timestamptz), parlance_return_quota(text, bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parlance_plan(), parlance_limit(text), parlance_period(text, timestamptz),
    parlance_take_quota(text, bigint, timestamptz), parlance_return_quota(text, bigint, timestamptz) TO parlance_app;

-- Why the call of a reservation is not made: the limit that left nothing for it.
ALTER TABLE reservations ADD COLUMN refused_by text;
