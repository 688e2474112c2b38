-- name: tunnelled_traffic
-- group: traffic
-- doc: Flows inside tunnels, by the path of tunnels.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT
    tunnel,
    count(DISTINCT tunnel_id) AS tunnel_ids,
    count(*) AS flows,
    CAST(sum(fwd_packets + bwd_packets) AS BIGINT) AS packets,
    CAST(sum(fwd_bytes + bwd_bytes) AS BIGINT) AS bytes
FROM flows
WHERE tunnel IS NOT NULL AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
GROUP BY tunnel
ORDER BY bytes DESC, tunnel
