-- What DuckDB needs beside the other files here, which are written for Athena: two functions that are called
-- otherwise, and both tables of the catalogue. `journal` is a copy of the journal's bucket.
CREATE MACRO json_extract_scalar(document, path) AS json_extract_string(document, path);
CREATE MACRO from_iso8601_timestamp(instant) AS CAST(instant AS TIMESTAMP);

CREATE VIEW events AS
SELECT
    number,
    seq,
    "at",
    actor,
    type,
    CAST(data AS VARCHAR) AS data,
    previous,
    content,
    regexp_extract(filename, 'events/(\d{4}/\d{2}/\d{2})/', 1) AS day
FROM read_json(
    'journal/events/*/*/*/*/*.json',
    filename = true,
    columns = {
        number: 'VARCHAR', seq: 'BIGINT', "at": 'VARCHAR', actor: 'VARCHAR', type: 'VARCHAR', data: 'JSON',
        previous: 'VARCHAR', content: 'VARCHAR'
    }
);

CREATE TABLE exported (
    number VARCHAR, seq BIGINT, "at" VARCHAR, actor VARCHAR, type VARCHAR, data VARCHAR, previous VARCHAR,
    content VARCHAR, month VARCHAR
);
