ALTER TABLE agents DROP COLUMN deadline_mail, DROP COLUMN at_risk_mailed_at, DROP COLUMN breached_mailed_at;
DROP FUNCTION deadlines_to_look_at(timestamptz, integer);
DROP TABLE ticket_deadlines;
DROP TABLE sla_policies;
