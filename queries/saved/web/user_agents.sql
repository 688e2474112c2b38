-- name: user_agents
-- group: web
-- doc: User agents of HTTP clients, rare ones first.
-- param: top integer = 100: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    user_agent,
    count(*) AS requests,
    count(DISTINCT src_ip) AS clients,
    count(DISTINCT host) AS hosts,
    min(src_ip) AS client,
    min(host) AS host
FROM http
WHERE method IS NOT NULL AND time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY user_agent
ORDER BY clients, requests, user_agent
LIMIT $top
