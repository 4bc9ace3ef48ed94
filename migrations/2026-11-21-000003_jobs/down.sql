DROP FUNCTION tenants_with_due_jobs(timestamptz);
DROP TABLE jobs;
