-- name: long_connections
-- group: hunting
-- doc: Connections that stay open long, with the slices of one joined.
-- param: min_duration span = 1h: Shortest duration.
-- param: external_only boolean = false: Only destinations with public addresses.
-- param: top integer = 100: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
-- A slice goes on where the one before it of the same ends and ports stopped.
WITH sliced AS (
    SELECT DISTINCT capture_id, src_ip, dst_ip, src_port, dst_port, protocol
    FROM flows
    WHERE slice > 0 AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
),
parts AS (
    SELECT capture_id, src_ip, dst_ip, src_port, dst_port, protocol, start_time, end_time, service, fwd_bytes, bwd_bytes,
        CAST(count(*) FILTER (slice = 0) OVER (PARTITION BY capture_id, src_ip, dst_ip, src_port, dst_port, protocol ORDER BY start_time, slice, flow_uid) AS BIGINT) AS connection
    FROM flows
    SEMI JOIN sliced USING (capture_id, src_ip, dst_ip, src_port, dst_port, protocol)
    WHERE start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    UNION ALL
    SELECT capture_id, src_ip, dst_ip, src_port, dst_port, protocol, start_time, end_time, service, fwd_bytes, bwd_bytes, -1 - row_number() OVER (ORDER BY start_time, flow_uid)
    FROM flows
    ANTI JOIN sliced USING (capture_id, src_ip, dst_ip, src_port, dst_port, protocol)
    WHERE duration_us >= epoch(CAST($min_duration AS INTERVAL)) * 1e6 AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
)
SELECT
    round(epoch(max(end_time)) - epoch(min(start_time)), 3) AS duration_s,
    src_ip, src_port, dst_ip, dst_port, protocol,
    min(service) AS service,
    count(*) AS slices,
    CAST(sum(fwd_bytes) AS BIGINT) AS sent_bytes,
    CAST(sum(bwd_bytes) AS BIGINT) AS received_bytes,
    min(start_time) AS first_time,
    max(end_time) AS last_time
FROM parts
WHERE src_ip IS NOT NULL AND NOT (ip_in(dst_ip, '224.0.0.0/3') OR ip_in(dst_ip, 'ff00::/8')) AND (NOT $external_only OR NOT is_private(dst_ip))
GROUP BY capture_id, src_ip, dst_ip, src_port, dst_port, protocol, connection
HAVING duration_s >= epoch(CAST($min_duration AS INTERVAL))
ORDER BY duration_s DESC, src_ip, src_port, dst_ip, dst_port, protocol, first_time
LIMIT $top
