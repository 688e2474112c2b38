-- name: exfiltration
-- group: hunting
-- doc: Private hosts that send public ones much more than they receive.
-- param: min_bytes integer = 10_000_000: Fewest payload bytes sent.
-- param: min_ratio number = 3: Smallest ratio of bytes sent to received.
-- param: max_days integer = 3: Most days, of all there are until then, on which a pair may send min_bytes and a third of what it sends on its fullest; what does so more often is a habit, such as a backup.
-- param: ignore_networks text = '': Networks of destinations that are known, such as '203.0.113.0/24,2001:db8::/32'.
-- param: top integer = 100: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
WITH heavy AS (
    SELECT src_ip, dst_ip, CAST(sum(fwd_payload_bytes) AS BIGINT) AS sent_bytes, CAST(sum(bwd_payload_bytes) AS BIGINT) AS received_bytes
    FROM flows
    WHERE fwd_payload_bytes > 0 AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    GROUP BY ALL
    HAVING sent_bytes >= $min_bytes AND sent_bytes >= $min_ratio * received_bytes
),
outward AS (
    SELECT *
    FROM heavy
    WHERE is_private(src_ip) AND NOT is_private(dst_ip) AND NOT (ip_in(dst_ip, '224.0.0.0/3') OR ip_in(dst_ip, 'ff00::/8'))
        AND NOT list_bool_or([ip_in(dst_ip, trim(n)) FOR n IN string_split($ignore_networks, ',') IF trim(n) <> ''] || [false])
),
days AS (
    SELECT src_ip, dst_ip, CAST(start_time AS DATE) AS day, sum(fwd_payload_bytes) AS sent,
        max(sum(fwd_payload_bytes)) OVER (PARTITION BY src_ip, dst_ip) AS most
    FROM flows
    JOIN outward USING (src_ip, dst_ip)
    WHERE fwd_payload_bytes > 0 AND start_time < CAST($until AS TIMESTAMPTZ)
    GROUP BY src_ip, dst_ip, day
),
unusual AS (
    SELECT src_ip, dst_ip, count(*) AS days
    FROM days
    GROUP BY ALL
    HAVING count(*) FILTER (sent >= $min_bytes AND 3 * sent >= most) <= $max_days
),
pairs AS (
    SELECT src_ip, dst_ip, sent_bytes, received_bytes, days,
        count(*) AS flows,
        count(DISTINCT dst_port) AS ports,
        min(dst_port) AS lowest_port,
        string_agg(DISTINCT coalesce(service, 'unknown'), ',' ORDER BY coalesce(service, 'unknown')) AS services,
        min(start_time) AS first_time,
        max(end_time) AS last_time
    FROM flows
    JOIN outward USING (src_ip, dst_ip)
    JOIN unusual USING (src_ip, dst_ip)
    WHERE fwd_payload_bytes > 0 AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    GROUP BY ALL
)
SELECT
    CASE WHEN sent_bytes >= 1000000000 THEN 'high' WHEN sent_bytes >= 100000000 THEN 'medium' ELSE 'low' END AS severity,
    src_ip, dst_ip, sent_bytes, received_bytes,
    round(sent_bytes / greatest(received_bytes, 1), 1) AS ratio,
    flows, days, ports, lowest_port, services, first_time, last_time
FROM pairs
ORDER BY sent_bytes DESC, src_ip, dst_ip
LIMIT $top
