-- name: rare_destinations
-- group: hunting
-- doc: Public addresses that few hosts talk to, by bytes sent to them.
-- param: max_sources integer = 1: Most hosts that talk to the address.
-- param: max_flows integer = 5: Most flows to it.
-- param: min_bytes integer = 1: Fewest payload bytes sent to it.
-- param: top integer = 100: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
WITH destinations AS (
    SELECT dst_ip,
        count(DISTINCT src_ip) AS sources,
        min(src_ip) AS source_ip,
        count(*) AS flows,
        CAST(sum(fwd_payload_bytes) AS BIGINT) AS sent_bytes,
        CAST(sum(bwd_payload_bytes) AS BIGINT) AS received_bytes,
        min(dst_port) AS lowest_port,
        min(coalesce(tls_sni, http_host)) AS name,
        min(start_time) AS first_time,
        max(end_time) AS last_time
    FROM flows
    WHERE dst_ip IS NOT NULL AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    GROUP BY dst_ip
    HAVING count(*) <= $max_flows AND sources <= $max_sources AND sent_bytes >= $min_bytes
)
SELECT dst_ip, name, sources, source_ip, flows, lowest_port, sent_bytes, received_bytes, first_time, last_time
FROM destinations
WHERE NOT is_private(dst_ip) AND NOT (ip_in(dst_ip, '224.0.0.0/3') OR ip_in(dst_ip, 'ff00::/8'))
ORDER BY sent_bytes DESC, dst_ip
LIMIT $top
