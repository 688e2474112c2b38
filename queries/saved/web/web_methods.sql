-- name: web_methods
-- group: web
-- doc: HTTP methods and the status of their answers.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    method, status,
    count(*) AS requests,
    count(DISTINCT host) AS hosts,
    count(DISTINCT src_ip) AS clients
FROM http
WHERE time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY ALL
ORDER BY requests DESC, method, status
