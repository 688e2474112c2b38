-- name: protocols
-- group: traffic
-- doc: Flows, packets and bytes by protocol.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    protocol,
    count(*) AS flows,
    CAST(sum(fwd_packets + bwd_packets) AS BIGINT) AS packets,
    CAST(sum(fwd_bytes + bwd_bytes) AS BIGINT) AS bytes,
    round(100 * bytes / greatest(sum(bytes) OVER (), 1), 2) AS bytes_percent
FROM flows
WHERE start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY protocol
ORDER BY bytes DESC, protocol
