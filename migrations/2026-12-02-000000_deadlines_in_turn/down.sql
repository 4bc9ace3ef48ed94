DROP INDEX ticket_deadlines_of_tenant_to_look_at;
DROP FUNCTION deadlines_to_look_at(timestamptz, integer);
CREATE FUNCTION deadlines_to_look_at(now timestamptz, most integer)
RETURNS TABLE (tenant_id uuid, ticket_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT tenant_id, ticket_id FROM public.ticket_deadlines
    WHERE look_at < now ORDER BY look_at LIMIT most
$$;
REVOKE ALL ON FUNCTION deadlines_to_look_at(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION deadlines_to_look_at(timestamptz, integer) TO parlance_app;
GRANT CREATE ON SCHEMA public TO parlance_sweeper;
ALTER FUNCTION deadlines_to_look_at(timestamptz, integer) OWNER TO parlance_sweeper;
REVOKE CREATE ON SCHEMA public FROM parlance_sweeper;
