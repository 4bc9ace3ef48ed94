-- Who is told that a plan is nearly used up, or is: once in a period for each quota.
CREATE TABLE quota_notices (
    tenant_id uuid NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    quota     text NOT NULL,
    period    date NOT NULL,                    -- as of quota_counters; the month of what is not counted by period
    percent   smallint NOT NULL CHECK (percent IN (80, 100)),
    at        timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, quota, period, percent)
);
SELECT parlance_isolate('quota_notices', 'SELECT, INSERT');

-- As before; of what is not counted by period it is the month.
CREATE OR REPLACE FUNCTION parlance_period(wanted text, at timestamptz, OUT period date, OUT resets_at timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT began::date, (began + ('1 ' || unit)::interval) AT TIME ZONE time_zone
    FROM (SELECT time_zone, unit, date_trunc(unit, at AT TIME ZONE time_zone) AS began
          FROM tenants, coalesce(substring(wanted from 'per_(day|month)$'), 'month') AS unit
          WHERE id = current_setting('app.tenant_id')::uuid) AS clock
$$;

-- Where `used` of `at_most` is 80 percent or all of it, has the workspace's admins told by a job, once in a
-- period. At once from below 80 to the limit they are told of the limit alone.
CREATE FUNCTION parlance_note_quota(wanted text, used bigint, at_most bigint, at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    mine  uuid := current_setting('app.tenant_id')::uuid;
    share smallint := CASE WHEN used >= at_most THEN 100 ELSE 80 END;
    began date;
BEGIN
    IF at_most IS NULL OR at_most = 0 OR used * 100 < at_most * 80 THEN
        RETURN;
    END IF;
    SELECT p.period INTO began FROM parlance_period(wanted, at) p;
    INSERT INTO quota_notices (tenant_id, quota, period, percent, at) VALUES (mine, wanted, began, share, at)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        INSERT INTO jobs (tenant_id, id, kind, key, payload, state, priority, due_at, created_at)
        VALUES (mine, gen_random_uuid(), 'tell_quota', format('quota:%s:%s', wanted, share),
                jsonb_build_object('kind', 'tell_quota', 'quota', wanted, 'percent', share), 'queued', 1, at, at)
        ON CONFLICT DO NOTHING;
    END IF;
END $$;
REVOKE ALL ON FUNCTION parlance_note_quota(text, bigint, bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parlance_note_quota(text, bigint, bigint, timestamptz) TO parlance_app;

-- As before, and tells of what is nearly used up.
CREATE OR REPLACE FUNCTION parlance_take_quota(
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
    PERFORM parlance_note_quota(wanted, used, at_most, at);
END $$;
