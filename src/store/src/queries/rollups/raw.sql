WITH present AS (
    SELECT id FROM spaces WHERE removed_at IS NULL),
-- Logs in which something happened within the window, whole: what an event means is in what was before it.
log AS (
    SELECT c.space_id, CASE WHEN t.email IS NULL THEN 'widget' ELSE 'mail' END AS channel,
           e.conversation_id AS chat, e.seq, e.at,
           date_bin('15 minutes', e.at, '2000-01-01T00:00:00Z') AS quarter,
           CASE WHEN e.kind = 'status' THEN e.body ->> 'status' END AS status,
           CASE WHEN e.kind = 'status' THEN e.body ->> 'reason' END AS reason,
           CASE WHEN e.kind = 'message' AND m.author_kind = 'assistant' THEN e.body ->> 'abstained' = 'true' END AS abstained,
           CASE WHEN e.kind = 'message' THEN m.author_kind END AS author,
           m.author_id, m.state, m.grounding, m.cached, m.created_at AS said_at,
           r.valence, r.anger
    FROM conversations c
    JOIN conversation_events e ON e.tenant_id = c.tenant_id AND e.conversation_id = c.id
    LEFT JOIN messages m ON m.tenant_id = e.tenant_id AND m.id = e.message_id
    LEFT JOIN message_moods r ON r.tenant_id = e.tenant_id AND r.message_id = e.message_id
    LEFT JOIN mail_threads t ON t.tenant_id = c.tenant_id AND t.conversation_id = c.id
    WHERE c.space_id IN (SELECT id FROM present)
      -- Moves on with each event; a day for clocks that do not agree.
      AND c.updated_at >= coalesce($1, '-infinity') - interval '1 day'),
placed AS (
    SELECT *,
           -- Seq of the latest of its kind before this event; 0 where there was none.
           coalesce(max(seq) FILTER (WHERE status <> 'snoozed') OVER past, 0) AS status_seq,
           coalesce(max(seq) FILTER (WHERE status = 'resolved') OVER past, 0) AS resolved_seq,
           coalesce(max(seq) FILTER (WHERE status = 'waiting') OVER past, 0) AS waiting_seq,
           coalesce(max(seq) FILTER (WHERE status IN ('waiting', 'human')) OVER past, 0) AS person_seq,
           coalesce(max(seq) FILTER (WHERE author = 'agent') OVER past, 0) AS agent_seq,
           min(seq) FILTER (WHERE author IN ('assistant', 'agent') AND state <> 'failed') OVER whole AS first_reply,
           min(seq) FILTER (WHERE author = 'visitor') OVER whole AS first_question
    FROM log
    WINDOW whole AS (PARTITION BY chat),
           past AS (PARTITION BY chat ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
meant AS (
    SELECT p.*,
           coalesce(before.status, 'bot') AS status_before,
           asked.said_at AS asked_at, waited.at AS waited_since, round.at AS round_begun
    FROM placed p
    LEFT JOIN log before ON before.chat = p.chat AND before.seq = p.status_seq
    LEFT JOIN log asked ON asked.chat = p.chat AND asked.seq = p.first_question AND p.seq = p.first_reply
                       AND p.first_question < p.seq
    LEFT JOIN log waited ON waited.chat = p.chat AND waited.seq = p.waiting_seq AND p.author = 'agent'
                        AND p.waiting_seq > p.agent_seq
    LEFT JOIN log round ON round.chat = p.chat AND round.seq = p.resolved_seq + 1 AND p.status = 'resolved'),
spans AS (
    SELECT space_id, channel, quarter, 'first_response' AS what, at - asked_at AS took FROM meant
    UNION ALL SELECT space_id, channel, quarter, 'human_response', at - waited_since FROM meant
    UNION ALL SELECT space_id, channel, quarter, 'resolution', at - round_begun FROM meant
              WHERE status = 'resolved' AND status_before <> 'resolved'),
timed AS (
    SELECT space_id, channel, quarter, what, floor(greatest(0, extract(epoch FROM took)) * 1000)::bigint AS ms
    FROM spans WHERE took IS NOT NULL),
each AS (
    SELECT space_id, channel, quarter AS at, 'conversations' AS metric, 1::bigint AS n FROM meant WHERE seq = 1
    UNION ALL SELECT space_id, channel, quarter, 'messages.' || author, 1 FROM meant WHERE author IS NOT NULL
    UNION ALL SELECT space_id, channel, quarter, 'answers.' || CASE WHEN state <> 'complete' THEN state
                                                          WHEN abstained THEN 'abstained' ELSE 'given' END, 1
              FROM meant WHERE author = 'assistant'
    UNION ALL SELECT space_id, channel, quarter, 'answers.cached', 1 FROM meant WHERE author = 'assistant' AND cached
    UNION ALL SELECT space_id, channel, quarter, u.metric, u.n FROM meant,
              unnest(ARRAY['grounding.count', 'grounding.sum'],
                     ARRAY[1, round((grounding * 1000)::numeric)::bigint]) AS u (metric, n)
              WHERE author = 'assistant' AND grounding IS NOT NULL
    UNION ALL SELECT space_id, channel, quarter, 'handoffs.' || left(coalesce(reason, 'unknown'), 40), 1 FROM meant
              WHERE status IN ('waiting', 'human') AND status_before NOT IN ('waiting', 'human')
    UNION ALL SELECT space_id, channel, quarter, 'resolved', 1 FROM meant WHERE status = 'resolved' AND status_before <> 'resolved'
    UNION ALL SELECT space_id, channel, quarter, 'resolved.alone', 1 FROM meant
              WHERE status = 'resolved' AND status_before <> 'resolved' AND greatest(person_seq, agent_seq) <= resolved_seq
    UNION ALL SELECT space_id, channel, quarter,
                     'sentiment.' || CASE WHEN valence <= -0.3 THEN 'unhappy' WHEN valence < 0.3 THEN 'neutral' ELSE 'happy' END, 1
              FROM meant WHERE valence IS NOT NULL
    UNION ALL SELECT space_id, channel, quarter, 'sentiment.sum', round((valence * 1000)::numeric)::bigint
              FROM meant WHERE valence IS NOT NULL
    UNION ALL SELECT space_id, channel, quarter, 'sentiment.angry', 1 FROM meant WHERE anger >= 0.5
    UNION ALL SELECT space_id, channel, quarter, what || '.sum', ms FROM timed
    UNION ALL SELECT space_id, channel, quarter, what || '.' || rollup_bucket(ms), 1 FROM timed
    UNION ALL SELECT c.space_id, CASE WHEN t.email IS NULL THEN 'widget' ELSE 'mail' END,
                     date_bin('15 minutes', f.at, '2000-01-01T00:00:00Z'), 'thumbs.' || f.value, 1
              FROM feedback f JOIN messages m ON m.id = f.message_id JOIN conversations c ON c.id = m.conversation_id
              LEFT JOIN mail_threads t ON t.conversation_id = c.id
    UNION ALL SELECT c.space_id, CASE WHEN t.email IS NULL THEN 'widget' ELSE 'mail' END,
                     date_bin('15 minutes', r.at, '2000-01-01T00:00:00Z'), 'csat.' || r.score, 1
              FROM ratings r JOIN conversations c ON c.id = r.conversation_id
              LEFT JOIN mail_threads t ON t.conversation_id = c.id
    UNION ALL SELECT s.space_id, CASE WHEN s.conversation_id IS NULL THEN 'none' WHEN t.email IS NULL THEN 'widget'
                                      ELSE 'mail' END,
                     date_bin('15 minutes', s.at, '2000-01-01T00:00:00Z'), u.metric, u.n
              FROM usage_events s LEFT JOIN mail_threads t ON t.conversation_id = s.conversation_id, unnest(
                  ARRAY['usage.calls', 'usage.cost', 'usage.input', 'usage.output', 'usage.cache_write', 'usage.cache_read'],
                  ARRAY[1, cost_nanos, input, output, cache_write_5m + cache_write_1h, cache_read]) AS u (metric, n)
              WHERE s.day >= coalesce(($1 AT TIME ZONE 'UTC')::date, '-infinity')),
raw AS (
    SELECT space_id, channel, at, metric, sum(n)::bigint AS n FROM each
    WHERE at >= coalesce($1, '-infinity') AND space_id IN (SELECT id FROM present)
    GROUP BY space_id, channel, at, metric),
raw_visitors AS (
    SELECT DISTINCT space_id, channel, quarter AS at, author_id AS visitor_id FROM meant
    WHERE author = 'visitor' AND author_id IS NOT NULL AND quarter >= coalesce($1, '-infinity'))
