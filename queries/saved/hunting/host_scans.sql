-- name: host_scans
-- group: hunting
-- doc: Horizontal scans: a source that tries one port of many hosts, or pings them, mostly in vain.
-- param: min_hosts integer = 25: Fewest hosts that failed.
-- param: window span = 1h: The time within which they count.
-- param: min_failed number = 0.6: Smallest share of the hosts that failed.
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
        OR protocol = 'udp' AND slice = 0 AND NOT (src_port < 1024 AND dst_port >= 1024)
        OR protocol IN ('icmp', 'ipv6-icmp') AND coalesce(icmp_type, 8) IN (8, 128))
        AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
            AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
),
hot AS (
    SELECT src_ip, dst_port, protocol, bucket
    FROM attempts
    WHERE failed
    GROUP BY ALL
    HAVING count(*) >= $min_hosts
),
windows AS (
    SELECT attempts.src_ip, attempts.dst_port, attempts.protocol, attempts.bucket,
        count(DISTINCT dst_ip) AS hosts,
        count(DISTINCT dst_ip) FILTER (failed) AS failed_hosts,
        count(*) AS attempts,
        min(dst_ip) AS example,
        min(start_time) AS first_time,
        max(end_time) AS last_time
    FROM attempts
    JOIN hot ON hot.src_ip = attempts.src_ip AND hot.dst_port IS NOT DISTINCT FROM attempts.dst_port AND hot.protocol = attempts.protocol AND hot.bucket = attempts.bucket
    GROUP BY ALL
    HAVING failed_hosts >= $min_hosts AND failed_hosts >= $min_failed * hosts
)
SELECT
    CASE WHEN max(failed_hosts) >= 500 THEN 'high' WHEN max(failed_hosts) >= 100 THEN 'medium' ELSE 'low' END AS severity,
    src_ip, dst_port, protocol,
    max(hosts) AS hosts,
    max(failed_hosts) AS failed_hosts,
    CAST(sum(attempts) AS BIGINT) AS attempts,
    min(example) AS example,
    count(*) AS windows,
    min(first_time) AS first_time,
    max(last_time) AS last_time
FROM windows
GROUP BY src_ip, dst_port, protocol
ORDER BY failed_hosts DESC, src_ip, protocol, dst_port
LIMIT $top
