DROP TRIGGER followed ON experiments;
DROP TRIGGER followed ON spaces;
DROP FUNCTION follow_experiment();
DROP FUNCTION follow_space();
