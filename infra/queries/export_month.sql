-- The events of a month from the journal's objects into Parquet. Three values, for March 2026: '2026/03/01' and
-- '2026/04/01' (days of the journal, from and before), '2026-03' (the month). What is there already is left
-- out: run again, it adds what came late, and doubles nothing. One at a time: two at once do not see each other.
INSERT INTO exported
SELECT
    events.number,
    events.seq,
    events."at",
    events.actor,
    events.type,
    events.data,
    events.previous,
    events.content,
    substr(events."at", 1, 7) AS month
FROM events
WHERE events.day >= ? AND events.day < ?
    AND NOT EXISTS (
        SELECT 1 FROM exported AS done
        WHERE done.month = ? AND done.number = events.number AND done.seq = events.seq
    )
