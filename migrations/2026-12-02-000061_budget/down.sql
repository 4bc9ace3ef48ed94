DROP TRIGGER spent ON reservations;
DROP FUNCTION spend_reservation();
DROP FUNCTION parlance_spend(bigint, timestamptz);
ALTER TABLE quota_counters NO FORCE ROW LEVEL SECURITY;
ALTER TABLE quota_notices NO FORCE ROW LEVEL SECURITY;
DELETE FROM quota_counters WHERE quota = 'cost_per_month';
DELETE FROM quota_notices WHERE quota = 'cost_per_month';
ALTER TABLE quota_notices FORCE ROW LEVEL SECURITY;
ALTER TABLE quota_counters FORCE ROW LEVEL SECURITY;
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
CREATE OR REPLACE FUNCTION parlance_limit(wanted text) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT ((parlance_plan()).limits ->> wanted)::bigint
$$;
ALTER TABLE reservations DROP COLUMN reserved_nanos;
ALTER TABLE tenants DROP COLUMN monthly_budget_nanos;
