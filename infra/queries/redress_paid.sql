-- What it costs: redress that was paid, in minor units of its currency, by the year of the payment and the root
-- cause of the complaint (the latest; none where nobody found one). Practice is left out.
WITH complaints AS (
    SELECT
        number,
        max(CASE WHEN type = 'ComplaintReceived' THEN json_extract_scalar(data, '$.training') END) AS training,
        max_by(json_extract_scalar(data, '$.cause'), seq) FILTER (WHERE type = 'CauseFound') AS cause
    FROM exported
    GROUP BY number
),

payments AS (
    SELECT
        number,
        substr(json_extract_scalar(data, '$.paid_on'), 1, 4) AS year_paid,
        json_extract_scalar(data, '$.currency') AS currency,
        CAST(json_extract_scalar(data, '$.amount_minor') AS bigint) AS amount_minor
    FROM exported
    WHERE type = 'RedressPaid'
)

SELECT
    year_paid,
    currency,
    cause,
    count(DISTINCT payments.number) AS complaints,
    count(*) AS payments,
    CAST(sum(amount_minor) AS bigint) AS paid_minor
FROM payments
JOIN complaints ON complaints.number = payments.number
WHERE training = 'false'
GROUP BY year_paid, currency, cause
ORDER BY year_paid, currency, paid_minor DESC, cause
