-- Deadlines are looked at in turns between tenants: first one of each, then another of each.

CREATE INDEX ticket_deadlines_of_tenant_to_look_at ON ticket_deadlines (tenant_id, look_at) WHERE look_at IS NOT NULL;

DROP FUNCTION deadlines_to_look_at(timestamptz, integer);
CREATE FUNCTION deadlines_to_look_at(now timestamptz, most integer)
RETURNS TABLE (tenant_id uuid, ticket_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    -- Those who have any to be looked at ever, from one to the next in the index; nobody where none is due.
    WITH RECURSIVE tenants AS (
        (SELECT d.tenant_id AS id FROM public.ticket_deadlines d
         WHERE d.look_at IS NOT NULL AND EXISTS (SELECT FROM public.ticket_deadlines e WHERE e.look_at < now)
         ORDER BY d.tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT d.tenant_id FROM public.ticket_deadlines d
                WHERE d.look_at IS NOT NULL AND d.tenant_id > t.id ORDER BY d.tenant_id LIMIT 1)
        FROM tenants t WHERE t.id IS NOT NULL)
    SELECT t.id, due.ticket_id FROM tenants t CROSS JOIN LATERAL (
        SELECT d.ticket_id, d.look_at, row_number() OVER (ORDER BY d.look_at) AS turn
        FROM public.ticket_deadlines d WHERE d.tenant_id = t.id AND d.look_at < now
        ORDER BY d.look_at LIMIT most) due
    ORDER BY due.turn, due.look_at LIMIT most
$$;
REVOKE ALL ON FUNCTION deadlines_to_look_at(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION deadlines_to_look_at(timestamptz, integer) TO parlance_app;
-- A function's owner must be able to create in its schema at that moment, unless a superuser says so.
GRANT CREATE ON SCHEMA public TO parlance_sweeper;
ALTER FUNCTION deadlines_to_look_at(timestamptz, integer) OWNER TO parlance_sweeper;
REVOKE CREATE ON SCHEMA public FROM parlance_sweeper;
