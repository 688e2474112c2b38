-- name: resets
-- group: tcp
-- doc: Servers whose TCP connections were reset or refused.
-- param: min_resets integer = 1: Fewest of a server.
-- param: top integer = 50: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    dst_ip AS server, dst_port AS port,
    count(*) AS flows,
    count(*) FILTER (fwd_rst_packets > 0) AS by_client,
    count(*) FILTER (bwd_rst_packets > 0) AS by_server,
    count(*) FILTER (conn_state = 'REJ') AS refused,
    count(DISTINCT src_ip) AS clients,
    round(100 * count(*) FILTER (fwd_rst_packets + bwd_rst_packets > 0) / count(*), 2) AS reset_percent
FROM flows
WHERE protocol = 'tcp' AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY ALL
HAVING count(*) FILTER (fwd_rst_packets + bwd_rst_packets > 0) >= greatest($min_resets, 1)
ORDER BY by_client + by_server DESC, server, port
LIMIT $top
