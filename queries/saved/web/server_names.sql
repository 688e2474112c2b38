-- name: server_names
-- group: web
-- doc: Names that TLS and QUIC clients ask for.
-- param: top integer = 50: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    sni AS name, transport,
    count(*) AS connections,
    count(DISTINCT src_ip) AS clients,
    count(DISTINCT dst_ip) AS servers,
    min(time) AS first_time,
    max(time) AS last_time
FROM tls
WHERE sni IS NOT NULL AND time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY ALL
ORDER BY connections DESC, name, transport
LIMIT $top
