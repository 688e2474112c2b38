-- name: floods
-- group: hunting
-- doc: Hosts that receive far more packets a second than they answer.
-- param: min_packets integer = 5000: Fewest packets to the host within a window.
-- param: min_rate integer = 500: Fewest packets a second in it.
-- param: max_answered number = 0.2: Largest share of packets that are answered.
-- param: window span = 1m: The width of a window.
-- param: top integer = 100: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
-- Of each flow the side that received more is the one that may be flooded,
-- whoever began. Established TCP connections flood nobody.
WITH sides AS NOT MATERIALIZED (
    SELECT
        CASE WHEN bwd_packets > fwd_packets THEN src_ip ELSE dst_ip END AS target,
        CASE WHEN bwd_packets > fwd_packets THEN dst_ip ELSE src_ip END AS source,
        CASE WHEN bwd_packets > fwd_packets THEN bwd_bytes ELSE fwd_bytes END AS received,
        greatest(fwd_packets, bwd_packets) AS packets, least(fwd_packets, bwd_packets) AS answers,
        CASE WHEN bwd_packets > fwd_packets THEN src_port ELSE dst_port END AS port,
        protocol, syn_only_packets, fragments, start_time, end_time,
        time_bucket(CAST($window AS INTERVAL), start_time) AS bucket
    FROM flows
    WHERE dst_ip IS NOT NULL AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
        AND (protocol <> 'tcp' OR conn_state IN ('S0', 'REJ', 'RSTOS0', 'RSTRH', 'SH', 'SHR') OR conn_state = 'OTH' AND fwd_payload_bytes + bwd_payload_bytes = 0)
),
hot AS (
    SELECT target, protocol, bucket
    FROM sides
    GROUP BY ALL
    HAVING sum(packets) >= $min_packets AND sum(answers) <= $max_answered * sum(packets)
),
windows AS (
    SELECT target, protocol, bucket,
        CAST(sum(sides.packets) AS BIGINT) AS packets,
        CAST(sum(sides.answers) AS BIGINT) AS answers,
        CAST(sum(received) AS BIGINT) AS bytes,
        count(*) AS flows,
        count(DISTINCT source) AS sources,
        count(DISTINCT port) AS ports,
        CAST(coalesce(sum(syn_only_packets), 0) AS BIGINT) AS syns,
        CAST(sum(sides.fragments) AS BIGINT) AS fragments,
        min(start_time) AS first_time,
        max(end_time) AS last_time
    FROM sides
    SEMI JOIN hot USING (target, protocol, bucket)
    GROUP BY ALL
),
rated AS (
    SELECT *, CAST(packets / greatest(epoch(last_time) - epoch(first_time), 1) AS BIGINT) AS packets_per_second
    FROM windows
)
SELECT
    CASE WHEN packets_per_second >= 20000 THEN 'high' WHEN packets_per_second >= 2000 THEN 'medium' ELSE 'low' END AS severity,
    target, protocol, packets_per_second, packets, answers, bytes, flows, sources, ports, syns, fragments, first_time, last_time
FROM rated
WHERE packets_per_second >= $min_rate AND NOT (ip_in(target, '224.0.0.0/3') OR ip_in(target, 'ff00::/8'))
ORDER BY packets DESC, target, protocol, first_time
LIMIT $top
