-- A model may be asked while the visitor's message is being written: the call is booked in a transaction of its
-- own, which may end first, and the message may never be written.
ALTER TABLE reservations ADD COLUMN ahead_of uuid; -- the message; as message_id once it is there and the call settled
CREATE INDEX reservations_ahead ON reservations (tenant_id, ahead_of) WHERE state = 'open' AND ahead_of IS NOT NULL;
