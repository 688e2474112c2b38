-- name: certificates
-- group: web
-- doc: Certificates that are self-signed, expired, soon to expire or not yet valid when seen.
-- param: expiring span = 30d: How soon is soon.
-- param: top integer = 200: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    certificate_sha256, subject, issuer,
    coalesce(subject = issuer, false) AS self_signed,
    CASE
        WHEN max(time) > not_after THEN 'expired'
        WHEN min(time) < not_before THEN 'not yet valid'
        WHEN max(time) + CAST($expiring AS INTERVAL) > not_after THEN 'expiring'
        ELSE 'valid'
    END AS validity,
    not_before, not_after,
    count(*) AS connections,
    min(dst_ip) AS server,
    count(DISTINCT dst_ip) AS servers,
    min(sni) AS name,
    max(time) AS last_seen
FROM tls
WHERE certificate_sha256 IS NOT NULL AND time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY certificate_sha256, subject, issuer, not_before, not_after
HAVING self_signed OR validity <> 'valid'
ORDER BY validity, self_signed DESC, not_after, certificate_sha256
LIMIT $top
