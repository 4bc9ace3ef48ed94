-- Whether an answer is that of an earlier question, repeated without a call.
ALTER TABLE messages ADD COLUMN cached boolean NOT NULL DEFAULT false;
