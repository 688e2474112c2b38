-- name: beacons
-- group: hunting
-- doc: Connections that a host repeats at regular intervals with regular sizes, scored 0 to 1.
-- param: min_connections integer = 10: Fewest connections of a source to a destination and port.
-- param: min_interval span = 5s: Shortest median interval; what is faster is one activity in many connections.
-- param: min_score number = 0.7: Lowest score.
-- param: max_sources integer = 5: Most hosts that may call a destination and port as regularly; what more of them call is a service, such as updates or telemetry.
-- param: external_only boolean = true: Only destinations with public addresses.
-- param: ignore_ports text = '53,67,68,123,137,138,1900,3702,5353,5355': Ports of destinations that are periodic by nature.
-- param: ignore_networks text = '': Networks of destinations that are known, such as '203.0.113.0/24,2001:db8::/32'.
-- param: top integer = 100: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
-- The score is made of three shares, each 0 to 1:
--   interval_score  1 - interquartile range / median of the intervals; jitter of
--                   a third leaves 0.7, arrivals by chance leave 0
--   size_score      the same of the bytes that the source sent
--   steadiness      the time that so many median intervals make, of the time
--                   from first to last connection: bursts with pauses have little
-- sources counts the hosts that reach the score with the destination and port.
-- interval_mad_ms is the median absolute deviation of the intervals.
WITH ports AS (
    SELECT list_transform(list_filter(string_split($ignore_ports, ','), lambda x: trim(x) <> ''), lambda x: CAST(trim(x) AS INTEGER)) AS ignored
),
pairs AS (
    SELECT src_ip, dst_ip, dst_port, protocol
    FROM flows
    WHERE slice = 0 AND dst_port IS NOT NULL AND src_ip IS NOT NULL AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    GROUP BY ALL
    HAVING count(*) >= greatest($min_connections, 4)
        -- Half of the intervals are as long as the median, or longer.
        AND epoch_us(max(start_time)) - epoch_us(min(start_time)) >= (count(*) - 1) // 2 * epoch(CAST($min_interval AS INTERVAL)) * 1e6
),
candidates AS (
    SELECT pairs.*
    FROM pairs, ports
    WHERE NOT list_contains(ignored, dst_port) AND NOT (ip_in(dst_ip, '224.0.0.0/3') OR ip_in(dst_ip, 'ff00::/8')) AND (NOT $external_only OR NOT is_private(dst_ip))
        AND NOT list_bool_or([ip_in(dst_ip, trim(n)) FOR n IN string_split($ignore_networks, ',') IF trim(n) <> ''] || [false])
),
connections AS (
    SELECT src_ip, dst_ip, dst_port, protocol, f.start_time, f.fwd_bytes, f.bwd_bytes,
        epoch_us(f.start_time) - lag(epoch_us(f.start_time)) OVER (PARTITION BY src_ip, dst_ip, dst_port, protocol ORDER BY f.start_time) AS gap
    FROM flows AS f
    JOIN candidates USING (src_ip, dst_ip, dst_port, protocol)
    WHERE slice = 0 AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
),
measured AS (
    SELECT src_ip, dst_ip, dst_port, protocol,
        count(*) AS connections,
        min(start_time) AS first_time,
        max(start_time) AS last_time,
        quantile_cont(gap, [0.25, 0.5, 0.75]) AS gaps,
        mad(gap) AS gap_mad,
        quantile_cont(fwd_bytes, [0.25, 0.5, 0.75]) AS sizes,
        CAST(sum(fwd_bytes) AS BIGINT) AS sent_bytes,
        CAST(sum(bwd_bytes) AS BIGINT) AS received_bytes
    FROM connections
    GROUP BY ALL
),
scored AS (
    SELECT *,
        greatest(0, 1 - (gaps[3] - gaps[1]) / gaps[2]) AS interval_score,
        greatest(0, 1 - (sizes[3] - sizes[1]) / greatest(sizes[2], 1)) AS size_score,
        least(1, (connections - 1) * gaps[2] / greatest(epoch_us(last_time) - epoch_us(first_time), 1)) AS steadiness
    FROM measured
    WHERE gaps[2] >= epoch(CAST($min_interval AS INTERVAL)) * 1e6
),
rated AS (
    SELECT *, round(0.5 * interval_score + 0.2 * size_score + 0.3 * steadiness, 3) AS score
    FROM scored
),
regular AS (
    SELECT *, count(*) OVER (PARTITION BY dst_ip, dst_port, protocol) AS sources
    FROM rated
    WHERE score >= $min_score
)
SELECT
    score,
    CASE WHEN score >= 0.9 THEN 'high' WHEN score >= 0.8 THEN 'medium' ELSE 'low' END AS severity,
    src_ip, dst_ip, dst_port, protocol, connections, sources,
    round(gaps[2] / 1e6, 3) AS interval_s,
    round(gap_mad / 1e3, 3) AS interval_mad_ms,
    round((gaps[3] - gaps[1]) / 1e3, 3) AS interval_iqr_ms,
    round(interval_score, 3) AS interval_score,
    round(size_score, 3) AS size_score,
    round(steadiness, 3) AS steadiness,
    CAST(sizes[2] AS BIGINT) AS median_sent_bytes,
    sent_bytes, received_bytes, first_time, last_time
FROM regular
WHERE sources <= $max_sources
ORDER BY score DESC, connections DESC, src_ip, dst_ip, dst_port, protocol
LIMIT $top
