-- Whether members are mailed what others do to tickets that they have or watch.
ALTER TABLE agents ADD COLUMN ticket_mail boolean NOT NULL DEFAULT true;
