-- How long players wait: days of 24 hours from the receipt of a complaint to the first final response or
-- deadlock letter, by licence and the year (UTC) of that letter. A percentile is the least time in which at
-- least so many were answered (nearest rank), not an estimate. Practice, duplicates and spam are left out.
WITH complaints AS (
    SELECT
        number,
        max(CASE WHEN type = 'ComplaintReceived' THEN json_extract_scalar(data, '$.jurisdiction') END) AS pack,
        max(CASE WHEN type = 'ComplaintReceived' THEN json_extract_scalar(data, '$.training') END) AS training,
        max(CASE WHEN type = 'ComplaintReceived' THEN coalesce(json_extract_scalar(data, '$.received_at'), "at") END)
            AS received_at,
        max(CASE WHEN type = 'LinkedAsDuplicate' THEN json_extract_scalar(data, '$.primary') END) AS continued_in,
        max_by(json_extract_scalar(data, '$.reason'), seq) FILTER (WHERE type = 'Closed') AS closed_because,
        min("at") FILTER (
            WHERE type = 'LetterSent' AND json_extract_scalar(data, '$.kind') IN ('final_response', 'deadlock')
        ) AS answered_at
    FROM exported
    GROUP BY number
),

answered AS (
    SELECT
        pack,
        substr(answered_at, 1, 4) AS year_answered,
        date_diff('second', from_iso8601_timestamp(received_at), from_iso8601_timestamp(answered_at)) / 86400e0
            AS days
    FROM complaints
    WHERE answered_at IS NOT NULL
        AND training = 'false'
        AND continued_in IS NULL
        AND coalesce(closed_because, '') <> 'spam'
),

ranked AS (
    SELECT
        pack,
        year_answered,
        days,
        cume_dist() OVER (PARTITION BY pack, year_answered ORDER BY days) AS share
    FROM answered
)

SELECT
    pack,
    year_answered,
    count(*) AS complaints,
    min(days) FILTER (WHERE share >= 0.5e0) AS half_within,
    min(days) FILTER (WHERE share >= 0.9e0) AS nine_of_ten_within,
    min(days) FILTER (WHERE share >= 0.99e0) AS ninety_nine_of_a_hundred_within,
    max(days) AS longest
FROM ranked
GROUP BY pack, year_answered
ORDER BY pack, year_answered
