-- name: slow_requests
-- group: web
-- doc: HTTP requests by the time to the head of their answer.
-- param: min_ms integer = 1000: Shortest time.
-- param: top integer = 50: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT time, src_ip, dst_ip, host, method, uri, status, latency_us, response_bytes, flow_uid
FROM http
WHERE latency_us >= $min_ms * 1000 AND time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
ORDER BY latency_us DESC, time, flow_uid, depth, uri
LIMIT $top
