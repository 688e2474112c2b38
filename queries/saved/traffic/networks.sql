-- name: networks
-- group: traffic
-- doc: Networks by bytes sent and received.
-- param: prefix4 integer = 24: Length of the prefix of IPv4 networks, 0 to 32.
-- param: prefix6 integer = 64: Length of the prefix of IPv6 networks, a multiple of 16 up to 112.
-- param: top integer = 20: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
WITH pairs AS (
    SELECT src_ip, dst_ip, count(*) AS flows, sum(fwd_bytes) AS fwd, sum(bwd_bytes) AS bwd
    FROM flows
    WHERE start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    GROUP BY ALL
),
hosts AS (
    SELECT ip, sum(flows) AS flows, sum(sent) AS sent, sum(received) AS received
    FROM (
        SELECT src_ip AS ip, flows, fwd AS sent, bwd AS received FROM pairs
        UNION ALL
        SELECT dst_ip, flows, bwd, fwd FROM pairs WHERE dst_ip IS DISTINCT FROM src_ip
    )
    WHERE ip IS NOT NULL
    GROUP BY ip
),
parts AS (
    SELECT *,
        contains(ip, ':') AS six,
        CAST(string_split(ip, '.') AS VARCHAR[]) AS bytes,
        string_split(split_part(ip, '::', 1), ':') AS before,
        CASE WHEN contains(ip, '::') THEN string_split(split_part(ip, '::', 2), ':') ELSE [] END AS after
    FROM hosts
),
numbered AS (
    SELECT *,
        CASE WHEN NOT six THEN
            ((bytes[1]::BIGINT << 24) + (bytes[2]::BIGINT << 16) + (bytes[3]::BIGINT << 8) + bytes[4]::BIGINT)
                // (1::BIGINT << (32 - least(greatest($prefix4, 0), 32))) * (1::BIGINT << (32 - least(greatest($prefix4, 0), 32)))
        END AS number,
        CASE WHEN six THEN (list_filter(before, lambda x: x <> '') || list_transform(range(8 - len(list_filter(before, lambda x: x <> '')) - len(list_filter(after, lambda x: x <> ''))), lambda x: '0')
            || list_filter(after, lambda x: x <> ''))[1:least(greatest($prefix6, 0), 112) // 16] END AS groups
    FROM parts
)
SELECT
    CASE WHEN six THEN array_to_string(groups, ':') || '::/' || (len(groups) * 16)
        ELSE concat_ws('.', number >> 24, (number >> 16) & 255, (number >> 8) & 255, number & 255) || '/' || least(greatest($prefix4, 0), 32) END AS network,
    count(*) AS hosts,
    CAST(sum(flows) AS BIGINT) AS flows,
    CAST(sum(sent) AS BIGINT) AS sent_bytes,
    CAST(sum(received) AS BIGINT) AS received_bytes
FROM numbered
GROUP BY ALL
ORDER BY sent_bytes + received_bytes DESC, network
LIMIT $top
