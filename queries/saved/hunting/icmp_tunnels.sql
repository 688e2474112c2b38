-- name: icmp_tunnels
-- group: hunting
-- doc: Pairs whose echo packets carry what no ping carries: sizes that vary, answers that differ.
-- param: min_bytes integer = 2000: Fewest payload bytes of a pair.
-- param: min_packets integer = 20: Fewest packets.
-- param: min_score number = 0.5: Lowest score.
-- param: top integer = 100: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
-- A ping keeps its size, and each answer mirrors its request. The score is
-- made of
--   variety   how much the sizes vary (standard deviation, full from 50 bytes)
--   mismatch  how much the bytes and packets both ways differ beside answers
--             that are merely missing, and answers that nobody asked for
--   volume    payload bytes, on a logarithmic scale from 1 kB to 1 MB
WITH echoes AS (
    SELECT src_ip, dst_ip, start_time, end_time, icmp_type, fwd_packets, bwd_packets, fwd_payload_bytes, bwd_payload_bytes,
        fwd_payload_len_max, bwd_payload_len_max, fwd_payload_len_std, bwd_payload_len_std,
        fwd_payload_bytes / greatest(fwd_packets, 1) AS fwd_mean,
        bwd_payload_bytes / greatest(bwd_packets, 1) AS bwd_mean
    FROM flows
    WHERE protocol IN ('icmp', 'ipv6-icmp') AND icmp_type IN (0, 8, 128, 129) AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
),
pairs AS (
    SELECT src_ip, dst_ip,
        count(*) AS flows,
        CAST(sum(fwd_packets + bwd_packets) AS BIGINT) AS packets,
        CAST(sum(fwd_payload_bytes) AS BIGINT) AS sent_bytes,
        CAST(sum(bwd_payload_bytes) AS BIGINT) AS received_bytes,
        max(greatest(coalesce(fwd_payload_len_max, 0), coalesce(bwd_payload_len_max, 0))) AS largest,
        max(greatest(coalesce(fwd_payload_len_std, 0), coalesce(bwd_payload_len_std, 0))) AS size_std,
        max(CASE WHEN bwd_packets > 0 THEN abs(fwd_mean - bwd_mean) / greatest(fwd_mean, bwd_mean, 1) ELSE 0 END) AS differs,
        bool_or(icmp_type IN (0, 129) OR bwd_packets > fwd_packets) AS unasked,
        min(start_time) AS first_time,
        max(end_time) AS last_time
    FROM echoes
    WHERE src_ip IS NOT NULL
    GROUP BY ALL
    HAVING packets >= $min_packets AND sent_bytes + received_bytes >= $min_bytes
),
scored AS (
    SELECT *,
        least(1, size_std / 50) AS variety,
        CASE WHEN unasked THEN 1 ELSE least(1, differs * 10) END AS mismatch,
        least(1, greatest(0, log10(sent_bytes + received_bytes) - 3) / 3) AS volume
    FROM pairs
)
SELECT
    round(0.5 * variety + 0.3 * mismatch + 0.2 * volume, 3) AS score,
    CASE WHEN score >= 0.8 THEN 'high' WHEN score >= 0.6 THEN 'medium' ELSE 'low' END AS severity,
    src_ip, dst_ip, flows, packets, sent_bytes, received_bytes, largest,
    round(size_std, 1) AS size_std,
    round(variety, 3) AS variety,
    round(mismatch, 3) AS mismatch,
    round(volume, 3) AS volume,
    first_time, last_time
FROM scored
WHERE score >= $min_score
ORDER BY score DESC, src_ip, dst_ip
LIMIT $top
