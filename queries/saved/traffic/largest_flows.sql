-- name: largest_flows
-- group: traffic
-- doc: Single flows by bytes.
-- param: top integer = 20: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
SELECT flow_uid, start_time, duration_us, protocol, service, src_ip, src_port, dst_ip, dst_port,
    fwd_packets + bwd_packets AS packets, fwd_bytes, bwd_bytes
FROM flows
WHERE start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
    AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
ORDER BY fwd_bytes + bwd_bytes DESC, start_time, flow_uid
LIMIT $top
