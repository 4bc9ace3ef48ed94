ALTER TABLE reservations DROP COLUMN ahead_of;
