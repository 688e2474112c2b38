-- name: slow_resolvers
-- group: dns
-- doc: DNS servers by the time they take to answer, slow ones marked.
-- param: slow_ms integer = 200: A server whose median is at or above this is slow.
-- param: min_answers integer = 1: Fewest answers of a server.
-- param: top integer = 50: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
-- Multicast DNS and LLMNR have no server to judge.
SELECT
    dst_ip AS server, transport,
    count(*) AS queries,
    count(rtt_us) AS answered,
    round(100 * (count(*) - answered) / count(*), 2) AS unanswered_percent,
    CAST(median(rtt_us) AS BIGINT) AS median_us,
    CAST(quantile_cont(rtt_us, 0.95) AS BIGINT) AS p95_us,
    max(rtt_us) AS max_us,
    median_us >= $slow_ms * 1000 AS slow
FROM dns
WHERE dst_port NOT IN (5353, 5355) AND time >= CAST($since AS TIMESTAMPTZ) AND time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY ALL
HAVING answered >= greatest($min_answers, 1)
ORDER BY median_us DESC, server, transport
LIMIT $top
