-- name: port_scans
-- group: hunting
-- doc: Vertical scans: a source that tries many ports of one host, mostly in vain.
-- param: min_ports integer = 25: Fewest ports that failed.
-- param: window span = 1h: The time within which they count.
-- param: min_failed number = 0.6: Smallest share of the ports that failed.
-- param: top integer = 100: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
-- An attempt is a TCP flow that begins with a SYN, or a UDP flow that is not
-- the answer of a service. It failed when no connection came of it: refused,
-- unanswered or taken back, without a byte sent.
WITH attempts AS NOT MATERIALIZED (
    SELECT src_ip, dst_ip, dst_port, protocol, start_time, end_time,
        time_bucket(CAST($window AS INTERVAL), start_time) AS bucket,
        CASE WHEN protocol = 'tcp' THEN conn_state IN ('S0', 'REJ', 'RSTOS0', 'SH') AND fwd_payload_bytes = 0 ELSE bwd_packets = 0 END AS failed
    FROM flows
    WHERE (protocol = 'tcp' AND syn_only_packets > 0
        OR protocol = 'udp' AND slice = 0 AND NOT (src_port < 1024 AND dst_port >= 1024) AND dst_port NOT BETWEEN 33434 AND 33534)
        AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
            AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
),
hot AS (
    SELECT src_ip, dst_ip, protocol, bucket
    FROM attempts
    WHERE failed
    GROUP BY ALL
    HAVING count(*) >= $min_ports
),
windows AS (
    SELECT src_ip, dst_ip, protocol, bucket,
        count(DISTINCT dst_port) AS ports,
        count(DISTINCT dst_port) FILTER (failed) AS failed_ports,
        count(*) AS attempts,
        min(dst_port) AS lowest_port,
        max(dst_port) AS highest_port,
        min(start_time) AS first_time,
        max(end_time) AS last_time
    FROM attempts
    SEMI JOIN hot USING (src_ip, dst_ip, protocol, bucket)
    GROUP BY ALL
    HAVING failed_ports >= $min_ports AND failed_ports >= $min_failed * ports
)
SELECT
    CASE WHEN max(failed_ports) >= 500 THEN 'high' WHEN max(failed_ports) >= 100 THEN 'medium' ELSE 'low' END AS severity,
    src_ip, dst_ip, protocol,
    max(ports) AS ports,
    max(failed_ports) AS failed_ports,
    CAST(sum(attempts) AS BIGINT) AS attempts,
    min(lowest_port) AS lowest_port,
    max(highest_port) AS highest_port,
    count(*) AS windows,
    min(first_time) AS first_time,
    max(last_time) AS last_time
FROM windows
WHERE NOT (ip_in(dst_ip, '224.0.0.0/3') OR ip_in(dst_ip, 'ff00::/8'))
GROUP BY src_ip, dst_ip, protocol
ORDER BY failed_ports DESC, src_ip, dst_ip, protocol
LIMIT $top
