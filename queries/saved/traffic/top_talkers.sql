-- name: top_talkers
-- group: traffic
-- doc: Addresses by bytes sent and received.
-- param: top integer = 20: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
-- Both ends of each pair are counted from one aggregate by pairs, which is
-- far smaller than the flows.
WITH pairs AS (
    SELECT src_ip, dst_ip, count(*) AS flows, sum(fwd_packets + bwd_packets) AS packets, sum(fwd_bytes) AS fwd, sum(bwd_bytes) AS bwd
    FROM flows
    WHERE start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    GROUP BY ALL
)
SELECT
    ip,
    CAST(sum(flows) AS BIGINT) AS flows,
    count(DISTINCT peer) AS peers,
    CAST(sum(packets) AS BIGINT) AS packets,
    CAST(sum(sent) AS BIGINT) AS sent_bytes,
    CAST(sum(received) AS BIGINT) AS received_bytes
FROM (
    SELECT src_ip AS ip, dst_ip AS peer, flows, packets, fwd AS sent, bwd AS received FROM pairs
    UNION ALL
    SELECT dst_ip, src_ip, flows, packets, bwd, fwd FROM pairs WHERE dst_ip IS DISTINCT FROM src_ip
)
WHERE ip IS NOT NULL
GROUP BY ip
ORDER BY sent_bytes + received_bytes DESC, ip
LIMIT $top
