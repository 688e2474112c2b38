-- name: unanswered_syns
-- group: hunting
-- doc: TCP connection attempts that nobody answered, by source, destination and port.
-- param: min_attempts integer = 3: Fewest SYN packets.
-- param: top integer = 100: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    src_ip, dst_ip, dst_port,
    count(*) AS flows,
    CAST(sum(syn_only_packets) AS BIGINT) AS syns,
    min(start_time) AS first_time,
    max(end_time) AS last_time
FROM flows
WHERE protocol = 'tcp' AND conn_state IN ('S0', 'RSTOS0', 'SH') AND syn_only_packets > 0 AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY ALL
HAVING syns >= $min_attempts
ORDER BY syns DESC, src_ip, dst_ip, dst_port
LIMIT $top
