-- name: nxdomain_clients
-- group: dns
-- doc: Clients that ask for names that do not exist.
-- param: min_missing integer = 1: Fewest such answers of a client.
-- param: top integer = 50: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    src_ip AS client,
    count(*) AS answered,
    count(*) FILTER (rcode = 'NXDOMAIN') AS missing,
    round(100 * missing / answered, 2) AS missing_percent,
    count(DISTINCT query) FILTER (rcode = 'NXDOMAIN') AS missing_names,
    min(query) FILTER (rcode = 'NXDOMAIN') AS example
FROM dns
WHERE rcode IS NOT NULL AND time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY src_ip
HAVING missing >= greatest($min_missing, 1)
ORDER BY missing DESC, client
LIMIT $top
