-- name: talkers
-- group: report
-- doc: Addresses by bytes sent and received.
-- param: top integer = 10: How many rows.
SELECT
    ip,
    count(*) AS flows,
    CAST(sum(packets) AS BIGINT) AS packets,
    CAST(sum(sent) AS BIGINT) AS sent,
    CAST(sum(received) AS BIGINT) AS received
FROM (
    SELECT src_ip AS ip, fwd_packets + bwd_packets AS packets, fwd_bytes AS sent, bwd_bytes AS received
    FROM flows
    UNION ALL
    SELECT dst_ip, fwd_packets + bwd_packets, bwd_bytes, fwd_bytes
    FROM flows
    WHERE dst_ip IS DISTINCT FROM src_ip
)
WHERE ip IS NOT NULL
GROUP BY ip
ORDER BY sum(sent) + sum(received) DESC, ip
LIMIT $top
