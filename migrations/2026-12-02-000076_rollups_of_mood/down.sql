DROP TRIGGER rolled_up ON message_moods;
DROP FUNCTION rollup_message_mood();
DROP FUNCTION rollup_mood(real, real);

-- Nobody counts it any more, so it would be found wrong.
ALTER TABLE rollups NO FORCE ROW LEVEL SECURITY;
DELETE FROM rollups WHERE metric LIKE 'sentiment.%';
ALTER TABLE rollups FORCE ROW LEVEL SECURITY;
ALTER TABLE rollup_deltas NO FORCE ROW LEVEL SECURITY;
DELETE FROM rollup_deltas WHERE metrics[1] LIKE 'sentiment.%';
ALTER TABLE rollup_deltas FORCE ROW LEVEL SECURITY;
