-- What keeps recurring: complaints by the month (UTC) of their receipt, licence, category and root cause.
-- The latest category and cause count. Practice, duplicates and what was closed as spam do not.
WITH complaints AS (
    SELECT
        number,
        max(CASE WHEN type = 'ComplaintReceived' THEN json_extract_scalar(data, '$.jurisdiction') END) AS pack,
        max(CASE WHEN type = 'ComplaintReceived' THEN json_extract_scalar(data, '$.training') END) AS training,
        max(CASE WHEN type = 'ComplaintReceived' THEN coalesce(json_extract_scalar(data, '$.received_at'), "at") END)
            AS received_at,
        max(CASE WHEN type = 'LinkedAsDuplicate' THEN json_extract_scalar(data, '$.primary') END) AS continued_in,
        max_by(json_extract_scalar(data, '$.category'), seq)
            FILTER (WHERE type IN ('ComplaintReceived', 'Recategorised')) AS category,
        max_by(json_extract_scalar(data, '$.cause'), seq) FILTER (WHERE type = 'CauseFound') AS cause,
        max_by(json_extract_scalar(data, '$.reason'), seq) FILTER (WHERE type = 'Closed') AS closed_because
    FROM exported
    GROUP BY number
)

SELECT substr(received_at, 1, 7) AS month_received, pack, category, cause, count(*) AS complaints
FROM complaints
WHERE cause IS NOT NULL
    AND training = 'false'
    AND continued_in IS NULL
    AND coalesce(closed_because, '') <> 'spam'
GROUP BY substr(received_at, 1, 7), pack, category, cause
ORDER BY month_received, complaints DESC, pack, category, cause
