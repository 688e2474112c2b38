-- One day of a network, 10.1.0.0/16, with what is habit on the days before it, made up without chance: noise(i, k) is a
-- number from 0 to 1, another one for each $seed. Benign traffic that looks like what is hunted stands
-- beside the planted cases, whose addresses the test names.
CREATE MACRO noise(i, k) AS (hash(i * 1000003 + k + $seed * 7919) % 1000000) / 1000000.0;
CREATE MACRO moment(seconds) AS TIMESTAMPTZ '2026-11-22 00:00:00+00' + to_microseconds(CAST(seconds * 1e6 AS BIGINT));
-- Browsing: sessions of connections in bursts, to servers of which some are
-- visited much more often than others.
INSERT INTO flows BY NAME SELECT 'w' || i AS flow_uid, '10.1.' || (i // 25) % 4 || '.' || 10 + (i // 25) % 200 AS src_ip,
    '198.18.' || CAST(floor(pow(noise(i // 5, 1), 3) * 40) AS INTEGER) || '.' || 1 + CAST(floor(pow(noise(i // 5, 2), 2) * 250) AS INTEGER) AS dst_ip,
    20000 + i % 40000 AS src_port, CASE WHEN i % 10 = 0 THEN 80 ELSE 443 END AS dst_port, 'tcp' AS protocol, CASE WHEN i % 10 = 0 THEN 'http' ELSE 'tls' END AS service,
    moment(noise(i // 25, 3) * 86000 + noise(i, 4) * 60) AS start_time, start_time + to_microseconds(CAST(noise(i, 5) * 2e7 AS BIGINT)) AS end_time,
    CAST(noise(i, 5) * 2e7 AS BIGINT) AS duration_us, 8 AS fwd_packets, 900 + CAST(noise(i, 6) * 3000 AS BIGINT) AS fwd_bytes, 500 + CAST(noise(i, 6) * 3000 AS BIGINT) AS fwd_payload_bytes,
    12 AS bwd_packets, 2000 + CAST(pow(noise(i, 7), 4) * 1e6 AS BIGINT) AS bwd_bytes, 1500 + CAST(pow(noise(i, 7), 4) * 1e6 AS BIGINT) AS bwd_payload_bytes,
    CASE WHEN i % 50 = 0 THEN 'S0' ELSE 'SF' END AS conn_state, 1 AS syn_only_packets, CASE WHEN i % 50 <> 0 THEN 20000 + CAST(noise(i, 8) * 30000 AS BIGINT) END AS handshake_rtt_us,
    0 AS fwd_rst_packets, 0 AS bwd_rst_packets, i % 3 // 2 AS fwd_retransmitted_packets, 0 AS bwd_retransmitted_packets, 0 AS fwd_out_of_order_packets, 0 AS bwd_out_of_order_packets,
    0 AS fwd_zero_window_packets, 0 AS bwd_zero_window_packets, 'host' || i % 500 || '.example' AS tls_sni
FROM range($background) AS t(i);
-- Benign and periodic: NTP every 64 s, monitoring inside every 60 s, a backup inside every hour.
INSERT INTO flows BY NAME SELECT '10.1.0.' || 10 + h AS src_ip, '198.51.100.' || 1 + h % 4 AS dst_ip, 40000 AS src_port, 123 AS dst_port, 'udp' AS protocol, moment(i * 64 + noise(i * 20 + h, 1)) AS start_time,
    start_time AS end_time, 0 AS duration_us, 1 AS fwd_packets, 90 AS fwd_bytes, 48 AS fwd_payload_bytes, 1 AS bwd_packets, 90 AS bwd_bytes, 48 AS bwd_payload_bytes FROM range(1300) AS a(i), range(20) AS b(h);
INSERT INTO flows BY NAME SELECT '10.1.0.251' AS src_ip, '10.1.0.' || 10 + h AS dst_ip, 41000 AS src_port, 9100 AS dst_port, 'tcp' AS protocol, moment(i * 60 + h) AS start_time, start_time AS end_time, 0 AS duration_us,
    6 AS fwd_packets, 700 AS fwd_bytes, 300 AS fwd_payload_bytes, 8 AS bwd_packets, 9000 AS bwd_bytes, 8400 AS bwd_payload_bytes, 'SF' AS conn_state, 1 AS syn_only_packets FROM range(1400) AS a(i), range(40) AS b(h);
INSERT INTO flows BY NAME SELECT '10.1.0.9' AS src_ip, '10.1.0.250' AS dst_ip, 42000 AS src_port, 22 AS dst_port, 'tcp' AS protocol, moment(i * 3600) AS start_time, start_time + INTERVAL 5 MINUTE AS end_time, 300000000 AS duration_us,
    400000 AS fwd_packets, 520000000 AS fwd_bytes, 500000000 AS fwd_payload_bytes, 90000 AS bwd_packets, 6000000 AS bwd_bytes, 100000 AS bwd_payload_bytes, 'SF' AS conn_state, 1 AS syn_only_packets FROM range(24) AS a(i);
-- Benign and frequent: one client with a content network all day, mail polled whenever a person looks, a chat that is lively by hours.
INSERT INTO flows BY NAME SELECT '10.1.0.60' AS src_ip, '198.51.100.200' AS dst_ip, 443 AS dst_port, 'tcp' AS protocol, moment(pow(noise(i // 30, 1), 2) * 86000 + noise(i, 2) * 90) AS start_time, start_time AS end_time, 0 AS duration_us,
    9 AS fwd_packets, 700 + CAST(noise(i, 3) * 900 AS BIGINT) AS fwd_bytes, 400 AS fwd_payload_bytes, 30 AS bwd_packets, 40000 AS bwd_bytes, 38000 AS bwd_payload_bytes, 'SF' AS conn_state, 1 AS syn_only_packets FROM range(3000) AS a(i);
INSERT INTO flows BY NAME SELECT '10.1.0.61' AS src_ip, '198.51.100.201' AS dst_ip, 993 AS dst_port, 'tcp' AS protocol, moment(86000 * noise(i, 11)) AS start_time, start_time AS end_time, 0 AS duration_us,
    9 AS fwd_packets, 800 AS fwd_bytes, 400 AS fwd_payload_bytes, 10 AS bwd_packets, 3000 AS bwd_bytes, 2500 AS bwd_payload_bytes, 'SF' AS conn_state, 1 AS syn_only_packets FROM range(300) AS a(i);
INSERT INTO flows BY NAME SELECT '10.1.0.62' AS src_ip, '198.51.100.202' AS dst_ip, 5222 AS dst_port, 'tcp' AS protocol, moment((i // 60) * 14000 + (i % 60) * 20 + noise(i, 12) * 10) AS start_time, start_time AS end_time, 0 AS duration_us,
    5 AS fwd_packets, 400 + CAST(pow(noise(i, 13), 4) * 9000 AS BIGINT) AS fwd_bytes, 300 AS fwd_payload_bytes, 5 AS bwd_packets, 500 AS bwd_bytes, 300 AS bwd_payload_bytes, 'SF' AS conn_state, 1 AS syn_only_packets FROM range(300) AS a(i);
-- Benign, and a network's own: agents on many hosts that report to their vendors as malware calls home, a backup and a photo library that go to a provider day by day.
INSERT INTO flows BY NAME SELECT '10.1.' || 10 + n || '.' || 1 + h AS src_ip, '198.51.100.' || 210 + n AS dst_ip, 43000 AS src_port, 443 AS dst_port, 'tcp' AS protocol, 'tls' AS service, moment(50 + h + i * step + (noise(i * 10 + n, 31 + h) * 2 - 1) * 0.05 * step) AS start_time, start_time AS end_time, 0 AS duration_us,
    9 AS fwd_packets, 2000 + CAST(noise(i, 32) * 150 AS BIGINT) AS fwd_bytes, 1500 AS fwd_payload_bytes, 7 AS bwd_packets, 1200 AS bwd_bytes, 700 AS bwd_payload_bytes, 'SF' AS conn_state, 1 AS syn_only_packets
FROM (VALUES (3, 60, 12), (4, 300, 25), (5, 900, 8)) AS b(n, step, hosts), range(1500) AS a(i), range(25) AS c(h) WHERE i * step < 86000 AND h < hosts;
INSERT INTO flows BY NAME SELECT src AS src_ip, dst AS dst_ip, 443 AS dst_port, 'tcp' AS protocol, 'tls' AS service, moment(began + i * 3600 + noise(i, 33) * 600 - d * 86400) AS start_time, start_time AS end_time, 0 AS duration_us,
    CAST(sent * (0.6 + 0.8 * noise(d, 39)) AS BIGINT) AS fwd_payload_bytes, fwd_payload_bytes AS fwd_bytes, fwd_bytes // 1400 AS fwd_packets, fwd_bytes // 2800 AS bwd_packets, 50000 AS bwd_bytes, 9000 AS bwd_payload_bytes, 'SF' AS conn_state, 1 AS syn_only_packets
FROM (VALUES ('10.1.0.9', '198.51.100.221', 3, 3600, 400000000), ('10.1.0.66', '198.51.100.222', 2, 40000, 15000000)) AS s(src, dst, n, began, sent), range(3) AS a(i), range(7) AS e(d) WHERE i < n;
-- Benign: each host looks for updates every four hours or so, an anti-virus asks for the names of hashes, a mail server for those of lists,
-- a client of a swarm calls peers of which most are gone, a monitor pings hosts of which some are off.
INSERT INTO flows BY NAME SELECT '10.1.0.' || 10 + h AS src_ip, '198.51.100.230' AS dst_ip, 44000 + i AS src_port, 443 AS dst_port, 'tcp' AS protocol, 'tls' AS service, moment(noise(h, 34) * 14000 + i * 14400 + noise(i * 50 + h, 35) * 1200) AS start_time, start_time AS end_time, 0 AS duration_us,
    9 AS fwd_packets, 1800 AS fwd_bytes, 1300 AS fwd_payload_bytes, 12 AS bwd_packets, 9000 AS bwd_bytes, 8400 AS bwd_payload_bytes, 'SF' AS conn_state, 1 AS syn_only_packets FROM range(6) AS a(i), range(40) AS b(h);
INSERT INTO dns BY NAME SELECT moment(noise(i, 36) * 86000) AS time, '10.1.0.67' AS src_ip, '10.1.0.53' AS dst_ip, substr(md5(CAST(i AS VARCHAR)), 1, 26) || '.files.antivirus.example' AS query, 'A' AS qtype, 'NOERROR' AS rcode, 20000 AS rtt_us, 90 AS response_bytes FROM range(120) AS a(i);
INSERT INTO dns BY NAME SELECT moment(noise(i, 37) * 86000) AS time, '10.1.0.25' AS src_ip, '10.1.0.53' AS dst_ip, (i * 7) % 256 || '.' || (i * 13) % 256 || '.' || (i * 31) % 256 || '.203.list.example' AS query, 'A' AS qtype, CASE WHEN i % 3 = 0 THEN 'NOERROR' ELSE 'NXDOMAIN' END AS rcode, 20000 AS rtt_us, 90 AS response_bytes FROM range(400) AS a(i);
INSERT INTO flows BY NAME SELECT '10.1.0.68' AS src_ip, '198.19.' || 1 + i % 250 || '.' || 1 + i % 199 AS dst_ip, 45000 AS src_port, 10000 + CAST(noise(i, 38) * 50000 AS INTEGER) AS dst_port, 'tcp' AS protocol, moment(20000 + i * 5) AS start_time, start_time AS end_time, 0 AS duration_us,
    1 AS fwd_packets, 60 AS fwd_bytes, 0 AS bwd_packets, CASE WHEN i % 10 < 7 THEN 'S0' ELSE 'SF' END AS conn_state, 1 AS syn_only_packets FROM range(400) AS a(i);
INSERT INTO flows BY NAME SELECT '10.1.0.251' AS src_ip, '10.1.1.' || 1 + i % 80 AS dst_ip, 'icmp' AS protocol, 8 AS icmp_type, moment(i * 40) AS start_time, start_time AS end_time, 0 AS duration_us,
    4 AS fwd_packets, 392 AS fwd_bytes, 224 AS fwd_payload_bytes, 56 AS fwd_payload_len_max, 0 AS fwd_payload_len_std, CASE WHEN i % 5 = 0 THEN 0 ELSE 4 END AS bwd_packets, CASE WHEN i % 5 = 0 THEN 0 ELSE 224 END AS bwd_payload_bytes, 56 AS bwd_payload_len_max, 0 AS bwd_payload_len_std FROM range(2000) AS a(i);
-- Planted clients whose generated names do not exist.
INSERT INTO dns BY NAME SELECT moment(noise(i, n) * 80000) AS time, '10.1.9.' || n AS src_ip, '10.1.0.53' AS dst_ip, substr(md5(CAST(i * 3 + n AS VARCHAR)), 1, 14) || '.example' AS query, 'A' AS qtype, CASE WHEN i % 50 = 0 THEN 'NOERROR' ELSE 'NXDOMAIN' END AS rcode, 20000 AS rtt_us, 90 AS response_bytes
FROM (VALUES (1, 600), (2, 900)) AS s(n, calls), range(900) AS a(i) WHERE i < calls;
-- Planted beacons: interval, jitter as a share of it to either side, share of calls that fail to come.
INSERT INTO flows BY NAME SELECT '10.1.2.' || n AS src_ip, '203.0.113.' || n AS dst_ip, 443 AS dst_port, 'tcp' AS protocol, moment(100 + i * step + (noise(i * 100 + n, 1) * 2 - 1) * jitter * step) AS start_time, start_time AS end_time, 0 AS duration_us,
    7 AS fwd_packets, 600 + CAST(noise(i, 2) * 100 AS BIGINT) AS fwd_bytes, 300 AS fwd_payload_bytes, 6 AS bwd_packets, 900 AS bwd_bytes, 500 AS bwd_payload_bytes, 'SF' AS conn_state, 1 AS syn_only_packets
FROM (VALUES (221, 10, 0, 0), (222, 30, 0.05, 0), (223, 60, 0.1, 0), (224, 60, 0.2, 0.05), (225, 120, 0.3, 0), (226, 300, 0, 0.1), (227, 300, 0.3, 0), (228, 900, 0.1, 0), (229, 900, 0.4, 0), (230, 1800, 0.2, 0), (231, 3600, 0.05, 0), (232, 45, 0.45, 0)) AS b(n, step, jitter, missed),
    range(8000) AS a(i) WHERE i * step < 86000 AND noise(i * 100 + n, 3) >= missed;
INSERT INTO flows BY NAME SELECT '10.1.2.' || n AS src_ip, '203.0.113.233' AS dst_ip, 443 AS dst_port, 'tcp' AS protocol, moment(n + i * 150 + (noise(i, n) * 2 - 1) * 20) AS start_time, start_time AS end_time, 0 AS duration_us,
    7 AS fwd_packets, 600 + CAST(noise(i, 2) * 100 AS BIGINT) AS fwd_bytes, 300 AS fwd_payload_bytes, 6 AS bwd_packets, 900 AS bwd_bytes, 500 AS bwd_payload_bytes, 'SF' AS conn_state, 1 AS syn_only_packets FROM range(570) AS a(i), range(233, 236) AS b(n);
-- Planted scans of ports, and of hosts; beside them a traceroute, failing clients below the bounds, and a prober that is answered.
INSERT INTO flows BY NAME SELECT src AS src_ip, dst AS dst_ip, 50000 + i AS src_port, first + i AS dst_port, proto AS protocol, moment(began + i * gap) AS start_time, start_time AS end_time, 0 AS duration_us, 1 AS fwd_packets, 60 AS fwd_bytes,
    CASE WHEN proto = 'tcp' AND i % 4 > 0 THEN 1 ELSE 0 END AS bwd_packets, CASE WHEN proto = 'tcp' THEN CASE WHEN i % 4 = 0 THEN 'S0' ELSE 'REJ' END END AS conn_state, CASE WHEN proto = 'tcp' THEN 1 END AS syn_only_packets,
    CASE WHEN proto = 'tcp' THEN 0 END AS fwd_rst_packets, CASE WHEN proto = 'tcp' THEN 1 END AS bwd_rst_packets
FROM (VALUES ('10.1.3.1', '10.1.0.80', 'tcp', 1, 1000, 3600, 0.01), ('203.0.113.99', '10.1.0.81', 'tcp', 20, 200, 40000, 0.2), ('10.1.3.2', '10.1.0.82', 'tcp', 8000, 40, 50400, 60), ('10.1.3.3', '10.1.0.83', 'udp', 1000, 120, 10000, 1),
    ('10.1.3.4', '198.51.100.77', 'udp', 33434, 90, 20000, 0.5), ('10.1.3.5', '10.1.0.84', 'tcp', 5000, 12, 30000, 100)) AS s(src, dst, proto, first, n, began, gap), range(1000) AS a(i) WHERE i < n;
INSERT INTO flows BY NAME SELECT src AS src_ip, net || i + 1 AS dst_ip, 50000 + i AS src_port, port AS dst_port, proto AS protocol, CASE WHEN proto = 'icmp' THEN 8 END AS icmp_type, moment(began + i * gap) AS start_time, start_time AS end_time, 0 AS duration_us,
    1 AS fwd_packets, 60 AS fwd_bytes, CASE WHEN fails AND i % 10 < 9 THEN 0 ELSE 1 END AS bwd_packets, CASE WHEN proto = 'tcp' THEN CASE WHEN fails AND i % 10 < 9 THEN 'S0' ELSE 'SF' END END AS conn_state, CASE WHEN proto = 'tcp' THEN 1 END AS syn_only_packets
FROM (VALUES ('10.1.3.11', '10.2.0.', 'tcp', 22, 250, 3600, 0.1, true), ('10.1.3.12', '10.2.1.', 'tcp', 445, 60, 7200, 10, true), ('10.1.3.13', '10.2.2.', 'icmp', NULL, 250, 9000, 1, true), ('203.0.113.98', '10.1.1.', 'tcp', 3389, 40, 11000, 20, true),
    ('10.1.3.14', '10.1.2.', 'tcp', 443, 200, 12000, 1, false), ('10.1.3.15', '10.2.3.', 'tcp', 8080, 15, 13000, 5, true), ('10.1.3.16', '10.1.2.', 'icmp', NULL, 200, 14000, 1, false)) AS s(src, net, proto, port, n, began, gap, fails), range(250) AS a(i) WHERE i < n;
-- Planted uploads to the outside; beside them big downloads, and a video call with as much both ways.
INSERT INTO flows BY NAME SELECT src AS src_ip, dst AS dst_ip, 443 AS dst_port, 'tcp' AS protocol, moment(1000 + 80000 * noise(i, ascii(right(src, 1)))) AS start_time, start_time AS end_time, 0 AS duration_us, sent // 1400 AS fwd_packets, sent AS fwd_bytes, sent AS fwd_payload_bytes,
    got // 1400 AS bwd_packets, got AS bwd_bytes, got AS bwd_payload_bytes, 'SF' AS conn_state, 1 AS syn_only_packets
FROM (VALUES ('10.1.4.1', '203.0.113.51', 1, 50000000, 20000), ('10.1.4.2', '203.0.113.52', 100, 2000000, 50000), ('10.1.4.3', '203.0.113.53', 2, 10500000, 3000000), ('10.1.4.4', '203.0.113.54', 10, 150000000, 1000),
    ('10.1.4.5', '203.0.113.55', 20, 3000, 90000000), ('10.1.4.6', '203.0.113.56', 3, 80000000, 75000000), ('10.1.4.7', '10.1.0.252', 3, 900000000, 1000), ('10.1.4.8', '203.0.113.57', 3, 2000000, 1000)) AS s(src, dst, n, sent, got), range(100) AS a(i) WHERE i < n;
-- Planted uploads of several days: as much on each of three, and far more than is habit on the last of seven.
INSERT INTO flows BY NAME SELECT src AS src_ip, dst AS dst_ip, 443 AS dst_port, 'tcp' AS protocol, moment(30000 + 20000 * noise(d, 42) - d * 86400) AS start_time, start_time AS end_time, 0 AS duration_us,
    CASE WHEN d = 0 THEN last ELSE before END AS fwd_payload_bytes, fwd_payload_bytes AS fwd_bytes, fwd_bytes // 1400 AS fwd_packets, fwd_bytes // 2800 AS bwd_packets, 30000 AS bwd_bytes, 3000 AS bwd_payload_bytes, 'SF' AS conn_state, 1 AS syn_only_packets
FROM (VALUES ('10.1.4.9', '203.0.113.58', 3, 8000000, 8000000), ('10.1.4.10', '203.0.113.59', 7, 60000000, 1000000)) AS s(src, dst, n, last, before), range(7) AS e(d) WHERE d < n;
-- Planted ICMP tunnels; beside them pings: usual ones, big ones, and such as are not answered.
INSERT INTO flows BY NAME SELECT src AS src_ip, dst AS dst_ip, 'icmp' AS protocol, kind AS icmp_type, moment(5000) AS start_time, moment(8000) AS end_time, 3000000000 AS duration_us, n AS fwd_packets, n * size AS fwd_payload_bytes, n * (size + 42) AS fwd_bytes,
    m AS bwd_packets, m * back AS bwd_payload_bytes, m * (back + 42) AS bwd_bytes, size * 2 AS fwd_payload_len_max, dev AS fwd_payload_len_std, back * 2 AS bwd_payload_len_max, dev AS bwd_payload_len_std
FROM (VALUES ('10.1.5.1', '203.0.113.61', 8, 400, 180, 420, 200, 250), ('10.1.5.2', '203.0.113.62', 0, 90, 120, 30, 90, 60), ('10.1.5.3', '203.0.113.63', 8, 3000, 900, 3000, 40, 400),
    ('10.1.5.4', '198.51.100.8', 8, 3000, 56, 2990, 56, 0), ('10.1.5.5', '198.51.100.9', 8, 200, 1400, 200, 1400, 0), ('10.1.5.6', '198.51.100.10', 8, 3000, 56, 0, 0, 0), ('10.1.5.7', '198.51.100.11', 8, 60, 48, 60, 48, 12)) AS s(src, dst, kind, n, size, m, back, dev);
-- Planted claims of one address by two network cards; beside them a change of owner after hours.
INSERT INTO flows BY NAME SELECT ip AS src_ip, '10.1.0.254' AS dst_ip, 'arp' AS protocol, mac AS src_mac, moment(began) AS start_time, moment(ended) AS end_time, 0 AS duration_us, 3 AS fwd_packets, 126 AS fwd_bytes
FROM (VALUES ('10.1.0.1', '02:00:00:00:00:01', 0, 80000), ('10.1.0.1', '02:00:00:00:00:66', 30000, 30500), ('10.1.0.70', '02:00:00:00:00:70', 100, 500), ('10.1.0.70', '02:00:00:00:00:71', 800, 900),
    ('10.1.0.71', '02:00:00:00:00:72', 100, 20000), ('10.1.0.71', '02:00:00:00:00:73', 50000, 60000), ('0.0.0.0', '02:00:00:00:00:74', 0, 10), ('0.0.0.0', '02:00:00:00:00:75', 0, 10)) AS s(ip, mac, began, ended);
-- Planted floods: SYN packets from everywhere, one stream of UDP; beside them a busy server and steady logging.
INSERT INTO flows BY NAME SELECT '198.19.' || i % 250 || '.' || i // 250 % 250 AS src_ip, '10.1.0.90' AS dst_ip, 1024 + i % 60000 AS src_port, 80 AS dst_port, 'tcp' AS protocol, moment(60000 + i * 0.001) AS start_time, start_time AS end_time, 0 AS duration_us,
    1 AS fwd_packets, 60 AS fwd_bytes, 'S0' AS conn_state, 1 AS syn_only_packets FROM range(20000) AS a(i);
INSERT INTO flows BY NAME SELECT src AS src_ip, dst AS dst_ip, 5000 AS dst_port, 'udp' AS protocol, moment(70000) AS start_time, moment(70000 + seconds) AS end_time, CAST(seconds * 1e6 AS BIGINT) AS duration_us, n AS fwd_packets, n * 500 AS fwd_bytes, n * 450 AS fwd_payload_bytes, m AS bwd_packets
FROM (VALUES ('203.0.113.71', '10.1.0.91', 60000, 0, 30), ('10.1.6.1', '10.1.0.92', 80000, 0, 1790), ('10.1.6.2', '239.1.1.1', 90000, 0, 60), ('10.1.6.3', '10.1.0.93', 90000, 80000, 60)) AS s(src, dst, n, m, seconds);
-- Planted long connections, one in slices; beside them a short one.
INSERT INTO flows BY NAME SELECT src AS src_ip, dst AS dst_ip, 50000 AS src_port, 22 AS dst_port, 'tcp' AS protocol, i AS slice, moment(1000 + i * 1800) AS start_time, moment(1000 + i * 1800 + length) AS end_time, CAST(length * 1e6 AS BIGINT) AS duration_us,
    100 AS fwd_packets, 9000 AS fwd_bytes, 4000 AS fwd_payload_bytes, 100 AS bwd_packets, 9000 AS bwd_bytes, 4000 AS bwd_payload_bytes, 'SF' AS conn_state, 1 AS syn_only_packets
FROM (VALUES ('10.1.7.1', '203.0.113.81', 10, 1799), ('10.1.7.2', '203.0.113.82', 1, 20000), ('10.1.7.3', '203.0.113.83', 1, 1700)) AS s(src, dst, n, length), range(10) AS a(i) WHERE i < n;
-- Names: the usual ones, a content network, telemetry with hashes, and planted tunnels.
INSERT INTO dns BY NAME SELECT moment(noise(i, 1) * 86000) AS time, '10.1.0.' || 10 + i % 40 AS src_ip, '10.1.0.53' AS dst_ip, 'www.host' || i % 700 || '.example' AS query, CASE WHEN i % 40 = 0 THEN 'NXDOMAIN' ELSE 'NOERROR' END AS rcode,
    CASE WHEN i % 20 = 0 THEN 400000 ELSE 15000 + i % 9000 END AS rtt_us, 120 AS response_bytes FROM range($background // 10) AS a(i);
INSERT INTO dns BY NAME SELECT moment(i * 10) AS time, src AS src_ip, '10.1.0.53' AS dst_ip, substr(md5(CAST(i // again AS VARCHAR) || zone) || md5(CAST(i // again + 1 AS VARCHAR)), 1, length) || '.' || zone AS query, qtype, 'NOERROR' AS rcode, 20000 AS rtt_us, answer AS response_bytes
FROM (VALUES ('10.1.8.1', 't.covert.example', 900, 1, 60, 'NULL', 900), ('10.1.8.2', 'cat.example.co.uk', 300, 1, 30, 'TXT', 200), ('10.1.8.3', 'long.example', 200, 1, 55, 'A', 80), ('10.1.8.4', 'slow.example', 40, 1, 60, 'CNAME', 150),
    ('10.1.8.5', 'cdn.example', 400, 3, 14, 'A', 90), ('10.1.8.6', 'telemetry.example', 80, 1, 32, 'A', 90), ('10.1.8.7', 'mail.example', 60, 4, 8, 'MX', 90), ('10.1.8.8', 'few.example', 9, 1, 60, 'TXT', 300)) AS s(src, zone, n, again, length, qtype, answer), range(900) AS a(i) WHERE i < n;
-- Planted slow resolvers.
INSERT INTO dns BY NAME SELECT moment(i * 60) AS time, '10.1.0.30' AS src_ip, server AS dst_ip, 'a' || i || '.other.example' AS query, 'NOERROR' AS rcode, CAST(typical + noise(i, 1) * typical AS BIGINT) AS rtt_us, 90 AS response_bytes
FROM (VALUES ('203.0.113.91', 250000), ('203.0.113.92', 900000), ('198.51.100.53', 40000), ('198.51.100.54', 90000)) AS s(server, typical), range(15) AS a(i);
