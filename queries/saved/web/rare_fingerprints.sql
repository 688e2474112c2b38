-- name: rare_fingerprints
-- group: web
-- doc: JA3 and JA4 fingerprints of TLS clients that few clients have.
-- param: max_clients integer = 1: Most clients with the fingerprint.
-- param: max_connections integer = 20: Most connections with it.
-- param: top integer = 100: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    kind, fingerprint,
    count(*) AS connections,
    count(DISTINCT src_ip) AS clients,
    min(src_ip) AS client,
    min(sni) AS name,
    count(DISTINCT dst_ip) AS servers,
    min(time) AS first_time,
    max(time) AS last_time
FROM (
    SELECT 'ja4' AS kind, ja4 AS fingerprint, src_ip, dst_ip, sni, time FROM tls WHERE ja4 IS NOT NULL AND time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    UNION ALL
    SELECT 'ja3', ja3, src_ip, dst_ip, sni, time FROM tls WHERE ja3 IS NOT NULL AND time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
)
GROUP BY kind, fingerprint
HAVING clients <= $max_clients AND connections <= $max_connections
ORDER BY kind DESC, connections, fingerprint
LIMIT $top
