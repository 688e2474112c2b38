-- name: ports
-- group: report
-- doc: Ports of the responders by bytes.
-- param: top integer = 10: How many rows.
SELECT
    dst_port AS port,
    protocol,
    count(*) AS flows,
    CAST(sum(fwd_packets + bwd_packets) AS BIGINT) AS packets,
    CAST(sum(fwd_bytes + bwd_bytes) AS BIGINT) AS bytes
FROM flows
WHERE dst_port IS NOT NULL
GROUP BY ALL
ORDER BY bytes DESC, port, protocol
LIMIT $top
