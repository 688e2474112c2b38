-- name: clear_text_logins
-- group: web
-- doc: HTTP requests whose target names a login or carries a password in clear.
-- param: top integer = 200: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
-- Passwords themselves are not shown. kind tells how sure it is: a credential
-- in the target, or a form sent to what is called a login.
WITH judged AS (
    SELECT *,
        regexp_matches(uri, '(?i)[?&;](pass(wd|word|phrase)?|pwd|passwort|secret|api_?key|access_?token|auth_?token|token|session_?id)=[^&;]+') AS credential,
        method = 'POST' AND regexp_matches(uri, '(?i)(log[-_]?[io]n|sign[-_]?in|auth(enticate)?|session|passw(or)?d)([/.?;_-]|$)') AS form
    FROM http
    WHERE uri IS NOT NULL AND time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
)
SELECT
    CASE WHEN credential THEN 'credential in the target' ELSE 'form sent to a login' END AS kind,
    src_ip AS client, dst_ip AS server, host, method,
    regexp_replace(uri, '(?i)([?&;](?:pass(?:wd|word|phrase)?|pwd|passwort|secret|api_?key|access_?token|auth_?token|token|session_?id)=)[^&;]+', '\1***', 'g') AS uri,
    count(*) AS requests,
    min(time) AS first_time,
    max(time) AS last_time
FROM judged
WHERE credential OR form
GROUP BY ALL
ORDER BY kind, requests DESC, client, server, host, method, uri
LIMIT $top
