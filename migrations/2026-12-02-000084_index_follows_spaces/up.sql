-- The index of spaces tells of all that shapes an answer: what has not changed there need not be read again.
CREATE FUNCTION follow_space() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.space_index SET changed_at = clock_timestamp() WHERE space_id = NEW.id;
    RETURN NULL;
END $$;
CREATE FUNCTION follow_experiment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.space_index SET changed_at = clock_timestamp() WHERE space_id = NEW.space_id;
    RETURN NULL;
END $$;
CREATE TRIGGER followed AFTER UPDATE OF knowledge_version ON spaces FOR EACH ROW EXECUTE FUNCTION follow_space();
CREATE TRIGGER followed AFTER INSERT OR UPDATE OF ended_at ON experiments
    FOR EACH ROW EXECUTE FUNCTION follow_experiment();
