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
END $$;
DROP FUNCTION parlance_note_quota(text, bigint, bigint, timestamptz);
CREATE OR REPLACE FUNCTION parlance_period(wanted text, at timestamptz, OUT period date, OUT resets_at timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT began::date, (began + ('1 ' || unit)::interval) AT TIME ZONE time_zone
    FROM (SELECT time_zone, unit, date_trunc(unit, at AT TIME ZONE time_zone) AS began
          FROM tenants, substring(wanted from 'per_(day|month)$') AS unit
          WHERE id = current_setting('app.tenant_id')::uuid) AS clock
$$;
DROP TABLE quota_notices;
