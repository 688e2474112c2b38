-- name: zero_windows
-- group: tcp
-- doc: Ends of TCP connections whose receive window ran full.
-- param: top integer = 50: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    ip, peer, dst_port AS port,
    count(*) AS flows,
    CAST(sum(zero_windows) AS BIGINT) AS zero_window_packets
FROM (
    SELECT src_ip AS ip, dst_ip AS peer, dst_port, fwd_zero_window_packets AS zero_windows FROM flows WHERE protocol = 'tcp' AND fwd_zero_window_packets > 0 AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    UNION ALL
    SELECT dst_ip, src_ip, dst_port, bwd_zero_window_packets FROM flows WHERE protocol = 'tcp' AND bwd_zero_window_packets > 0 AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
)
GROUP BY ALL
ORDER BY zero_window_packets DESC, ip, peer, port
LIMIT $top
