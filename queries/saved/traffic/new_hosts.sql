-- name: new_hosts
-- group: traffic
-- doc: Addresses on the day on which they are first seen as initiators.
-- param: private_only boolean = true: Only private addresses.
-- param: top integer = 1000: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
-- The day is searched in all of the warehouse; since and until choose among
-- the days that were found.
WITH hosts AS (
    SELECT src_ip AS ip, min(start_time) AS first_time, min(src_mac) AS mac, count(*) AS flows, CAST(sum(fwd_bytes + bwd_bytes) AS BIGINT) AS bytes
    FROM flows
    WHERE src_ip IS NOT NULL
    GROUP BY src_ip
)
SELECT CAST(first_time AS DATE) AS day, ip, mac, first_time, flows, bytes
FROM hosts
WHERE first_time >= CAST($since AS TIMESTAMPTZ) AND first_time < CAST($until AS TIMESTAMPTZ) AND (NOT $private_only OR is_private(ip))
ORDER BY day, first_time, ip
LIMIT $top
