-- A small network, whose answers golden.txt works out by hand. What is hunted
-- happens from 2026-12-01 on.
SET TimeZone = 'UTC';
INSERT INTO flows BY NAME SELECT *, CAST(epoch_us(end_time) - epoch_us(start_time) AS BIGINT) AS duration_us, 0 AS fwd_rst_packets, 0 AS bwd_retransmitted_packets, 0 AS bwd_out_of_order_packets, 0 AS fwd_zero_window_packets FROM (VALUES
    ('f1', '10.0.0.1', 5001, '198.51.100.7', 443, 'tcp', 'tls', TIMESTAMPTZ '2026-11-22 10:00:00+00', TIMESTAMPTZ '2026-11-22 10:00:10+00', 10, 1000, 600, 20, 20000, 19000, 'SF', 20000, 1, 0, 1, 2, 0, NULL, NULL),
    ('f2', '10.0.0.1', 5002, '10.0.0.2', 80, 'tcp', 'http', '2026-11-22 10:30:00+00', '2026-11-22 10:30:02+00', 5, 500, 300, 5, 1500, 1300, 'SF', 1000, 1, 0, 0, 0, 0, NULL, NULL),
    ('f3', '10.0.0.3', 5003, '10.0.0.2', 80, 'tcp', NULL, '2026-11-22 11:00:00+00', '2026-11-22 11:00:03+00', 3, 180, 0, 0, 0, 0, 'S0', NULL, 3, 0, 2, 0, 0, NULL, NULL),
    ('f4', '10.0.0.3', 5004, '10.0.0.2', 81, 'tcp', NULL, '2026-11-22 11:00:05+00', '2026-11-22 11:00:05+00', 1, 60, 0, 1, 60, 0, 'REJ', NULL, 1, 1, 0, 0, 0, NULL, NULL),
    ('f5', '10.0.0.1', 5005, '10.0.0.53', 53, 'udp', 'dns', '2026-11-22 10:00:00+00', '2026-11-22 10:00:00.02+00', 1, 70, 28, 1, 130, 88, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    ('f6', '10.0.0.1', 5353, '224.0.0.251', 5353, 'udp', NULL, '2026-11-22 10:10:00+00', '2026-11-22 10:10:01+00', 2, 200, 116, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    ('f7', 'fd00::1', 5007, '2001:db8:0:1::5', 22, 'tcp', 'ssh', '2026-11-23 00:00:00+00', '2026-11-23 02:00:00+00', 100, 10000, 5000, 100, 10000, 5000, 'RSTR', 50000, 1, 1, 0, 0, 4, 'gre', 7),
    ('f10', '10.0.0.4', 5010, '203.0.113.9', 9, 'udp', NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:09+00', 50, 5000, 3600, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
) AS f(flow_uid, src_ip, src_port, dst_ip, dst_port, protocol, service, start_time, end_time, fwd_packets, fwd_bytes, fwd_payload_bytes, bwd_packets, bwd_bytes, bwd_payload_bytes, conn_state, handshake_rtt_us, syn_only_packets,
    bwd_rst_packets, fwd_retransmitted_packets, fwd_out_of_order_packets, bwd_zero_window_packets, tunnel, tunnel_id);
INSERT INTO flows BY NAME SELECT *, start_time AS end_time, 0 AS duration_us, 1 AS fwd_packets, 60 AS fwd_bytes FROM (VALUES ('f8', '10.0.0.1', '10.0.0.2', 'arp', '02:00:00:00:00:aa', TIMESTAMPTZ '2026-11-22 11:30:00+00'),
    ('f9', '10.0.0.1', '10.0.0.2', 'arp', '02:00:00:00:00:bb', '2026-11-22 11:35:00+00')) AS f(flow_uid, src_ip, dst_ip, protocol, src_mac, start_time);
INSERT INTO flows BY NAME SELECT src_ip, dst_ip, dst_port, 'tcp' AS protocol, conn_state, TIMESTAMPTZ '2026-12-01 00:00:00+00' + to_seconds(second) AS start_time, start_time AS end_time, 0 AS duration_us, 1 AS fwd_packets, 100 AS fwd_bytes, 1 AS syn_only_packets FROM (VALUES
    ('10.0.0.5', '203.0.113.77', 443, 'SF', 0), ('10.0.0.5', '203.0.113.77', 443, 'SF', 60), ('10.0.0.5', '203.0.113.77', 443, 'SF', 120), ('10.0.0.5', '203.0.113.77', 443, 'SF', 190), ('10.0.0.5', '203.0.113.77', 443, 'SF', 240),
    ('10.0.0.6', '10.0.0.2', 1, 'REJ', 1), ('10.0.0.6', '10.0.0.2', 2, 'REJ', 2), ('10.0.0.6', '10.0.0.2', 3, 'REJ', 3), ('10.0.0.6', '10.0.0.2', 4, 'SF', 4),
    ('10.0.0.7', '10.0.0.21', 7, 'S0', 5), ('10.0.0.7', '10.0.0.22', 7, 'S0', 6), ('10.0.0.7', '10.0.0.23', 7, 'S0', 7)) AS f(src_ip, dst_ip, dst_port, conn_state, second);
INSERT INTO flows BY NAME SELECT '10.0.0.8' AS src_ip, '203.0.113.10' AS dst_ip, 'icmp' AS protocol, 8 AS icmp_type, TIMESTAMPTZ '2026-12-01 01:00:00+00' AS start_time, TIMESTAMPTZ '2026-12-01 01:01:00+00' AS end_time, 60000000 AS duration_us,
    20 AS fwd_packets, 4800 AS fwd_bytes, 4000 AS fwd_payload_bytes, 20 AS bwd_packets, 2800 AS bwd_bytes, 2000 AS bwd_payload_bytes, 400 AS fwd_payload_len_max, 100.0 AS fwd_payload_len_std, 150 AS bwd_payload_len_max, 20.0 AS bwd_payload_len_std;
INSERT INTO flows BY NAME SELECT '203.0.113.71' AS src_ip, '10.0.0.9' AS dst_ip, 5000 AS dst_port, 'udp' AS protocol, TIMESTAMPTZ '2026-12-01 02:00:00+00' AS start_time, TIMESTAMPTZ '2026-12-01 02:00:03+00' AS end_time, 3000000 AS duration_us,
    6000 AS fwd_packets, 600000 AS fwd_bytes, 348000 AS fwd_payload_bytes;
INSERT INTO dns BY NAME SELECT * FROM (VALUES
    (TIMESTAMPTZ '2026-11-22 10:00:00+00', '10.0.0.1', '10.0.0.53', 53, 'www.shop.example', 'A', 'NOERROR', 20000, 130), ('2026-11-22 10:01:00+00', '10.0.0.1', '10.0.0.53', 53, 'nope.example', 'A', 'NXDOMAIN', 30000, 90),
    ('2026-11-22 10:02:00+00', '10.0.0.3', '10.0.0.53', 53, 'nope2.example', 'AAAA', 'NXDOMAIN', 40000, 90), ('2026-11-22 10:03:00+00', '10.0.0.3', '10.0.0.53', 53, 'www.shop.example', 'A', NULL, NULL, NULL),
    ('2026-11-22 10:04:00+00', '10.0.0.1', '203.0.113.53', 53, repeat('a', 48) || '1.x.t.example', 'TXT', 'NOERROR', 300000, 200), ('2026-11-22 10:05:00+00', '10.0.0.1', '203.0.113.53', 53, repeat('a', 48) || '2.x.t.example', 'TXT', 'NOERROR', 400000, 200),
    ('2026-11-22 10:06:00+00', '10.0.0.1', '203.0.113.53', 53, repeat('a', 48) || '3.x.t.example', 'TXT', 'NOERROR', 500000, 200), ('2026-11-22 10:10:00+00', '10.0.0.1', '224.0.0.251', 5353, 'p.local', 'A', NULL, NULL, NULL)
) AS d(time, src_ip, dst_ip, dst_port, query, qtype, rcode, rtt_us, response_bytes);
INSERT INTO http BY NAME SELECT * FROM (VALUES
    (TIMESTAMPTZ '2026-11-22 10:30:00+00', 'f2', '10.0.0.1', '10.0.0.2', 1, 'GET', 'shop.example', '/login?user=a&password=secret&x=1', 'curl/8', 0, 200, 500, 5000),
    ('2026-11-22 10:30:01+00', 'f2', '10.0.0.1', '10.0.0.2', 2, 'POST', 'shop.example', '/account/signin', 'curl/8', 40, 302, 0, 1500000),
    ('2026-11-22 10:40:00+00', 'f0', '10.0.0.3', '10.0.0.2', 1, 'GET', NULL, '/', 'Bot', 0, 404, 100, 2000)
) AS h(time, flow_uid, src_ip, dst_ip, depth, method, host, uri, user_agent, request_bytes, status, response_bytes, latency_us);
INSERT INTO tls BY NAME SELECT * FROM (VALUES
    (TIMESTAMPTZ '2026-11-22 10:00:00+00', '10.0.0.1', '198.51.100.7', 'TLS 1.3', 'TLS_AES_128_GCM_SHA256', 'shop.example', 'j1', 'k1', NULL, NULL, CAST(NULL AS TIMESTAMPTZ), CAST(NULL AS TIMESTAMPTZ), NULL),
    ('2026-11-22 10:01:00+00', '10.0.0.1', '198.51.100.8', 'TLS 1.0', 'TLS_RSA_WITH_RC4_128_SHA', 'old.example', 'j1', 'k1', 'CN=old', 'CN=old', '2020-01-01 00:00:00+00', '2026-12-01 00:00:00+00', 'aa'),
    ('2026-11-22 10:02:00+00', '10.0.0.3', '198.51.100.9', 'TLS 1.2', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', NULL, 'j2', NULL, 'CN=x', 'CN=ca', '2020-01-01 00:00:00+00', '2026-11-01 00:00:00+00', 'bb'),
    ('2026-11-22 10:03:00+00', '10.0.0.3', '198.51.100.7', 'TLS 1.3', 'TLS_AES_128_GCM_SHA256', 'shop.example', 'j1', 'k1', NULL, NULL, NULL, NULL, NULL),
    ('2026-11-22 10:04:00+00', '10.0.0.3', '198.51.100.10', 'TLS 1.3', 'TLS_AES_128_GCM_SHA256', 'shop.example', 'j1', 'k1', 'CN=fine', 'CN=ca', '2020-01-01 00:00:00+00', '2027-12-01 00:00:00+00', 'cc')
) AS t(time, src_ip, dst_ip, version, cipher, sni, ja3, ja4, subject, issuer, not_before, not_after, certificate_sha256);
INSERT INTO captures VALUES ('c1', 'a.pcap', 'pcap', TIMESTAMPTZ '2026-11-22 10:00:00+00', TIMESTAMPTZ '2026-12-01 02:00:03+00', 310, 50000, 24, 301, NULL, NULL);
