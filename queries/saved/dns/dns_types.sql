-- name: dns_types
-- group: dns
-- doc: Record types asked for, and how the answers ended.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    coalesce(qtype, 'none') AS type,
    coalesce(rcode, 'unanswered') AS rcode,
    count(*) AS queries,
    count(DISTINCT src_ip) AS clients,
    count(DISTINCT query) AS names
FROM dns
WHERE time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY ALL
ORDER BY queries DESC, type, rcode
