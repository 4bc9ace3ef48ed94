-- Who has a budget is told of what calls have cost, and not of what those that are out may cost at most.

-- What is taken for calls that are out, in nano-dollars.
CREATE FUNCTION parlance_reserved() RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(sum(reserved_nanos), 0)::bigint FROM reservations
    WHERE tenant_id = current_setting('app.tenant_id')::uuid AND state = 'open'
$$;
REVOKE ALL ON FUNCTION parlance_reserved() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION parlance_reserved() TO parlance_app;

-- As before; that the budget is reached is told where the call would not fit although no other were out.
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
    IF wanted <> 'cost_per_month' THEN
        PERFORM parlance_note_quota(wanted, CASE WHEN taken THEN used ELSE greatest(used, at_most) END, at_most, at);
    ELSIF NOT taken AND used - parlance_reserved() + n > at_most THEN
        PERFORM parlance_note_quota(wanted, at_most, at_most, at);
    END IF;
END $$;

-- As before, by what calls have cost.
CREATE OR REPLACE FUNCTION parlance_spend(n bigint, spent_at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    at_most bigint := parlance_limit('cost_per_month');
    counted bigint;
BEGIN
    INSERT INTO quota_counters AS c (tenant_id, quota, period, used)
    SELECT current_setting('app.tenant_id')::uuid, 'cost_per_month', p.period, greatest(n, 0)
    FROM parlance_period('cost_per_month', spent_at) p
    ON CONFLICT (tenant_id, quota, period) DO UPDATE SET used = greatest(c.used + n, 0)
    RETURNING c.used INTO counted;
    IF counted * 100 >= at_most * 80 THEN
        PERFORM parlance_note_quota('cost_per_month', counted - parlance_reserved(), at_most, spent_at);
    END IF;
END $$;

-- As before; what a call cost is looked at also where it is what was taken for it.
CREATE OR REPLACE FUNCTION spend_reservation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    more bigint := CASE
        WHEN NEW.state = 'settled' AND NEW.price_effective IS NULL
             AND NEW.input + NEW.output + NEW.cache_write_5m + NEW.cache_write_1h + NEW.cache_read > 0 THEN 0
        ELSE NEW.cost_nanos - NEW.reserved_nanos END;
BEGIN
    IF more <> 0 OR NEW.cost_nanos > 0 THEN
        PERFORM public.parlance_spend(more, coalesce(NEW.sent_at, NEW.settled_at, NEW.created_at));
    END IF;
    RETURN NULL;
END $$;
