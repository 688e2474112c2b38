-- name: dns_long_names
-- group: dns
-- doc: Long names, which few but tunnels and generators ask for.
-- param: min_length integer = 60: Shortest name in characters.
-- param: top integer = 100: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    query AS name,
    len(query) AS length,
    len(string_split(query, '.')) AS labels,
    count(*) AS queries,
    count(DISTINCT src_ip) AS clients,
    min(src_ip) AS client
FROM dns
WHERE len(query) >= $min_length AND NOT suffix(query, '.arpa') AND time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY query
ORDER BY length DESC, queries DESC, name
LIMIT $top
