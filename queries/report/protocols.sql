-- name: protocols
-- group: report
-- doc: Flows, packets and bytes by protocol.
SELECT
    protocol,
    count(*) AS flows,
    CAST(sum(fwd_packets + bwd_packets) AS BIGINT) AS packets,
    CAST(sum(fwd_bytes + bwd_bytes) AS BIGINT) AS bytes
FROM flows
GROUP BY protocol
ORDER BY bytes DESC, protocol
