-- name: flows
-- group: report
-- doc: How many flows, and how many packets and bytes they carried.
SELECT
    count(*) AS flows,
    CAST(coalesce(sum(fwd_packets + bwd_packets), 0) AS BIGINT) AS packets,
    CAST(coalesce(sum(fwd_bytes + bwd_bytes), 0) AS BIGINT) AS bytes
FROM flows
