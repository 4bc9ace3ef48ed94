-- A model may be asked while the visitor's message is being written: the call is booked in a transaction of its
-- own, which may end first, and the message may never be written.
ALTER TABLE reservations
    ADD COLUMN ahead_of uuid, -- the message, until its answer is finished
    ADD CONSTRAINT reservations_ahead_or_of CHECK (ahead_of IS NULL OR message_id IS NULL);
CREATE INDEX reservations_ahead ON reservations (tenant_id, ahead_of) WHERE state = 'open' AND ahead_of IS NOT NULL;
