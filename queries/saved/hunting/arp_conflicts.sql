-- name: arp_conflicts
-- group: hunting
-- doc: IPv4 addresses that several MAC addresses claim at about the same time in one capture.
-- param: within span = 10m: Claims that are further apart are a change of owner.
-- param: top integer = 100: How many rows.
-- param: since time = '-infinity': Only what starts then or later.
-- param: until time = 'infinity': Only what starts before.
-- A claim is the sender of ARP. Captures are apart because private addresses
-- of one network say nothing of another.
WITH claims AS (
    SELECT capture_id, min(source) AS source, vlan_id, src_ip AS ip, src_mac AS mac, count(*) AS flows, min(start_time) AS first_time, max(end_time) AS last_time
    FROM flows
    WHERE protocol = 'arp' AND src_ip <> '0.0.0.0' AND src_mac IS NOT NULL AND start_time >= CAST($since AS TIMESTAMPTZ) AND start_time < CAST($until AS TIMESTAMPTZ)
        AND date BETWEEN CAST(CAST($since AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE) AND CAST(CAST($until AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
    GROUP BY capture_id, vlan_id, src_ip, src_mac
)
SELECT
    a.ip, a.mac, b.mac AS other_mac,
    a.flows, b.flows AS other_flows,
    a.vlan_id, a.source,
    least(a.first_time, b.first_time) AS first_time,
    greatest(a.last_time, b.last_time) AS last_time
FROM claims AS a
JOIN claims AS b ON a.capture_id = b.capture_id AND a.ip = b.ip AND a.vlan_id IS NOT DISTINCT FROM b.vlan_id AND a.mac < b.mac
WHERE a.first_time <= b.last_time + CAST($within AS INTERVAL) AND b.first_time <= a.last_time + CAST($within AS INTERVAL)
ORDER BY greatest(a.first_time, b.first_time), a.ip, a.mac, b.mac, a.capture_id, a.vlan_id
LIMIT $top
