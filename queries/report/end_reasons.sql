-- name: end_reasons
-- group: report
-- doc: Why flows ended.
SELECT
    end_reason,
    count(*) AS flows,
    CAST(sum(fwd_packets + bwd_packets) AS BIGINT) AS packets,
    CAST(sum(fwd_bytes + bwd_bytes) AS BIGINT) AS bytes
FROM flows
GROUP BY end_reason
ORDER BY flows DESC, end_reason
