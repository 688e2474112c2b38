-- name: conversations
-- group: report
-- doc: Pairs of addresses by the bytes between them, whoever began.
-- param: top integer = 10: How many rows.
SELECT
    least(src_ip, dst_ip) AS a,
    greatest(src_ip, dst_ip) AS b,
    count(*) AS flows,
    CAST(sum(fwd_packets + bwd_packets) AS BIGINT) AS packets,
    CAST(sum(CASE WHEN src_ip <= dst_ip THEN fwd_bytes ELSE bwd_bytes END) AS BIGINT) AS a_to_b,
    CAST(sum(CASE WHEN src_ip <= dst_ip THEN bwd_bytes ELSE fwd_bytes END) AS BIGINT) AS b_to_a
FROM flows
WHERE src_ip IS NOT NULL AND dst_ip IS NOT NULL
GROUP BY ALL
ORDER BY sum(fwd_bytes + bwd_bytes) DESC, a, b
LIMIT $top
