CREATE OR REPLACE FUNCTION parlance_note_quota(wanted text, used bigint, at_most bigint, at timestamptz) RETURNS void
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
ALTER TABLE quota_notices NO FORCE ROW LEVEL SECURITY;
DELETE FROM quota_notices n USING quota_notices other
WHERE (n.tenant_id, n.quota, n.period, n.percent) = (other.tenant_id, other.quota, other.period, other.percent)
  AND n.at_most > other.at_most;
ALTER TABLE quota_notices FORCE ROW LEVEL SECURITY;
ALTER TABLE quota_notices DROP CONSTRAINT quota_notices_pkey, DROP COLUMN at_most,
    ADD PRIMARY KEY (tenant_id, quota, period, percent);
