-- name: handshake_rtt
-- group: tcp
-- doc: Round-trip time of TCP handshakes by server.
-- param: min_handshakes integer = 1: Fewest handshakes of a server.
-- param: top integer = 50: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    dst_ip AS server, dst_port AS port,
    count(*) AS handshakes,
    min(handshake_rtt_us) AS min_us,
    CAST(median(handshake_rtt_us) AS BIGINT) AS median_us,
    CAST(quantile_cont(handshake_rtt_us, 0.95) AS BIGINT) AS p95_us,
    max(handshake_rtt_us) AS max_us
FROM flows
WHERE protocol = 'tcp' AND handshake_rtt_us IS NOT NULL AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY ALL
HAVING handshakes >= $min_handshakes
ORDER BY median_us DESC, handshakes DESC, server, port
LIMIT $top
