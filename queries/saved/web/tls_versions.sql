-- name: tls_versions
-- group: web
-- doc: TLS versions and ciphers that were negotiated, outdated ones marked.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    version, cipher,
    count(*) AS connections,
    count(DISTINCT src_ip) AS clients,
    count(DISTINCT dst_ip) AS servers,
    version IN ('SSL 2.0', 'SSL 3.0', 'TLS 1.0', 'TLS 1.1') OR coalesce(regexp_matches(cipher, 'RC4|3DES|_DES|NULL|EXPORT|anon|MD5'), false) AS outdated
FROM tls
WHERE time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY version, cipher
ORDER BY connections DESC, version, cipher
