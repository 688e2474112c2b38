-- name: timeline
-- group: traffic
-- doc: Flows, packets and bytes over time, by when flows start.
-- param: bucket span = 1h: The width of a bucket.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    time_bucket(CAST($bucket AS INTERVAL), start_time) AS bucket,
    count(*) AS flows,
    CAST(sum(fwd_packets + bwd_packets) AS BIGINT) AS packets,
    CAST(sum(fwd_bytes + bwd_bytes) AS BIGINT) AS bytes,
    CAST(coalesce(sum(fwd_bytes + bwd_bytes) FILTER (protocol = 'tcp'), 0) AS BIGINT) AS tcp_bytes,
    CAST(coalesce(sum(fwd_bytes + bwd_bytes) FILTER (protocol = 'udp'), 0) AS BIGINT) AS udp_bytes,
    bytes - tcp_bytes - udp_bytes AS other_bytes
FROM flows
WHERE start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY ALL
ORDER BY bucket
