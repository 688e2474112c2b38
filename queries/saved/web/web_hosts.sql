-- name: web_hosts
-- group: web
-- doc: Hosts of clear-text HTTP requests.
-- param: top integer = 50: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    coalesce(host, dst_ip) AS host,
    count(*) AS requests,
    count(DISTINCT src_ip) AS clients,
    count(DISTINCT dst_ip) AS servers,
    count(*) FILTER (status >= 400) AS errors,
    CAST(coalesce(sum(request_bytes), 0) AS BIGINT) AS request_bytes,
    CAST(coalesce(sum(response_bytes), 0) AS BIGINT) AS response_bytes
FROM http
WHERE time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY ALL
ORDER BY requests DESC, host
LIMIT $top
