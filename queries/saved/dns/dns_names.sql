-- name: dns_names
-- group: dns
-- doc: Names by how often they are asked for.
-- param: top integer = 50: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    query AS name,
    count(*) AS queries,
    count(DISTINCT src_ip) AS clients,
    count(*) FILTER (rcode IS NULL) AS unanswered,
    count(*) FILTER (rcode = 'NXDOMAIN') AS missing,
    min(time) AS first_time,
    max(time) AS last_time
FROM dns
WHERE query IS NOT NULL AND time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY query
ORDER BY queries DESC, name
LIMIT $top
