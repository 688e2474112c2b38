-- name: timeline
-- group: report
-- doc: Flows, packets and bytes over time by protocol, by when flows start.
-- param: bucket span = 1h: The width of a bucket.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    time_bucket(CAST($bucket AS INTERVAL), start_time) AS bucket,
    protocol,
    count(*) AS flows,
    CAST(sum(fwd_packets + bwd_packets) AS BIGINT) AS packets,
    CAST(sum(fwd_bytes + bwd_bytes) AS BIGINT) AS bytes
FROM flows
WHERE start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
GROUP BY ALL
ORDER BY bucket, bytes DESC, protocol
