-- name: captures
-- group: report
-- doc: What was read from captures, and what became of the packets.
-- param: since time = '-infinity': Only captures that go on then or later.
-- param: until time = 'infinity': Only captures that begin before.
SELECT
    count(*) AS captures,
    CAST(coalesce(sum(file_bytes), 0) AS BIGINT) AS file_bytes,
    CAST(coalesce(sum(packets), 0) AS BIGINT) AS packets,
    CAST(coalesce(sum(bytes), 0) AS BIGINT) AS bytes,
    CAST(coalesce(sum(packets_in_flows), 0) AS BIGINT) AS packets_in_flows,
    CAST(coalesce(sum(rejected_truncated), 0) AS BIGINT) AS rejected_truncated,
    CAST(coalesce(sum(rejected_malformed), 0) AS BIGINT) AS rejected_malformed,
    CAST(coalesce(sum(rejected_unsupported_link), 0) AS BIGINT) AS rejected_unsupported_link,
    CAST(coalesce(sum(rejected_not_data), 0) AS BIGINT) AS rejected_not_data,
    min(first_time) AS first_time,
    max(last_time) AS last_time
FROM captures
WHERE coalesce(last_time, '-infinity') >= CAST($since AS TIMESTAMPTZ) AND coalesce(first_time, '-infinity') < CAST($until AS TIMESTAMPTZ)
