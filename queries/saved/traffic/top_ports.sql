-- name: top_ports
-- group: traffic
-- doc: Ports of the responders by bytes.
-- param: top integer = 20: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    dst_port AS port,
    protocol,
    count(*) AS flows,
    CAST(sum(fwd_packets + bwd_packets) AS BIGINT) AS packets,
    CAST(sum(fwd_bytes + bwd_bytes) AS BIGINT) AS bytes
FROM flows
WHERE dst_port IS NOT NULL AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY ALL
ORDER BY bytes DESC, port, protocol
LIMIT $top
