package flow

import (
	"math/rand/v2"
	"regexp"
	"testing"
	"time"

	"weir/extract/decode"
)

// datagram makes one packet between two addresses.
func datagram(from, to endpoint, protocol uint8, ports bool, edit func(*decode.Header)) row {
	t := NewTable(DefaultConfig(), testOrigin, nil)
	h := header(from, to, protocol, ports)
	if edit != nil {
		edit(&h)
	}
	t.Add(&h, 0)
	t.Finish(EndEOF)
	return rowsOf(t)[0]
}

func icmp(kind, code uint8) func(*decode.Header) {
	return func(h *decode.Header) { h.ICMPType, h.ICMPCode, h.HasICMP = kind, code, true }
}

// The expected values are those of the Python package communityid 1.5.0, the
// first ones also of the test vectors of the Community ID specification.
func TestCommunityID(t *testing.T) {
	at := func(addr string, port uint16) endpoint { return endpoint{addr: addr, port: port} }
	for _, c := range []struct {
		name     string
		from, to endpoint
		protocol uint8
		want     string
	}{
		{"tcp", at("128.232.110.120", 34855), at("66.35.250.204", 80), 6, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
		{"udp", at("192.168.1.52", 54585), at("8.8.8.8", 53), 17, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
		{"tcp", at("10.0.0.2", 50000), at("192.168.1.9", 443), 6, "1:rE9FBKUzdsweBT3bgycesQCWszs="},
		{"tcp, one address", at("127.0.0.1", 50000), at("127.0.0.1", 80), 6, "1:jG7HJaxo5f/efFe+PrQaZXQMQzw="},
		{"tcp over IPv6", at("2001:db8::1", 50000), at("2001:db8::2", 443), 6, "1:YXqXufkGr4i6TbJJYF83fvyDLZ8="},
		{"udp", at("10.0.0.2", 5353), at("192.168.1.9", 53), 17, "1:TXRMzz3nsZIprx4b4tW/DDNxIWY="},
		{"sctp", at("10.0.0.2", 36412), at("192.168.1.9", 38412), 132, "1:G1Kq7dpA0B5s951n0pE4QQJRmOs="},
		{"sctp", at("192.168.170.8", 7), at("192.168.170.56", 7), 132, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
		// The portless hash, also where there are ports the specification does not know.
		{"udp-lite", at("10.0.0.2", 1), at("192.168.1.9", 2), 136, "1:nBv5J3IELHJtkbR2UyZW2Mr2Fwo="},
		{"dccp", at("10.0.0.2", 1), at("192.168.1.9", 2), 33, "1:zZnEsCfbYdJdJYu9R6jugGUBO3Q="},
	} {
		t.Run(c.name, func(t *testing.T) {
			datagram(c.from, c.to, c.protocol, true, nil).want(t, "community_id", c.want)
			datagram(c.to, c.from, c.protocol, true, nil).want(t, "community_id", c.want)
		})
	}
	a, b := at("10.0.0.2", 0), at("192.168.1.9", 0)
	datagram(a, b, 47, false, nil).want(t, "community_id", "1:5Lf++9G7svIkimg3viiVeUUQ3eA=")
	datagram(b, a, 50, false, nil).want(t, "community_id", "1:AWP6Z8Z9RtaNp3O8jM3nN7AJ+sE=")
	datagram(at("2001:db8::2", 0), at("2001:db8::1", 0), 50, false, nil).want(t, "community_id", "1:JIAyWiD7dl1e74CJAdetAUPF/To=")
	// None without IP.
	datagram(a, b, 0, false, func(h *decode.Header) { h.Key.Family = decode.ARP }).want(t, "community_id", nil)
	datagram(a, b, 0, false, func(h *decode.Header) { h.Key.Family = decode.Ethernet }).want(t, "community_id", nil)
}

func TestCommunityIDOfICMP(t *testing.T) {
	low, high := endpoint{addr: "10.0.0.2"}, endpoint{addr: "192.168.1.9"}
	low6, high6 := endpoint{addr: "2001:db8::1"}, endpoint{addr: "2001:db8::2"}
	for _, c := range []struct {
		kind, answer, code uint8
		v6                 bool
		up, down           string // from the lower address, and from the higher
	}{
		{8, 0, 0, false, "1:4YSbeuuSwhRftTNVDzWplTzFMi4=", "1:RCGvaZ4hHGDEhj2/uY6alymaPuw="},
		{13, 14, 0, false, "1:JSilXuWeQWKfhP45iv0CDDll5h8=", "1:LgdoZvXNMswOGmkM0XpxwKWgYAg="},
		{15, 16, 0, false, "1:uhMUTspzG6RBrVXyd3H7O+GrUZM=", "1:YJb74LNR4xYdhMa8jfgzomSYWgI="},
		{17, 18, 0, false, "1:qBZVcguBQ+Qz0+6kaMq+c8hyU2I=", "1:z9smotGiQYHA0rk2VkoOJhIr3Gw="},
		{10, 9, 0, false, "1:BGW61gFMswl5650T0ZkC9IONXdo=", "1:JsPzWxwonDtOcnF6jeWSN3Erj2g="},
		{128, 129, 0, true, "1:u2vMS3HiWth2lIMKHB1fjELshpQ=", "1:YDcnf7YthUKAbDNo6Cs3rX4jq4w="},
		{133, 134, 0, true, "1:j9J4Qsivj289oKjVsnIMK9RRB8s=", "1:QtPNtSu54LNnRaBsOVcKuZTB5oQ="},
		{135, 136, 0, true, "1:R9HBIi387RnKhKUU53rFlnl803U=", "1:piFQJmm/6+NlvVh+iLYDZMGiCm8="},
		{130, 131, 0, true, "1:00K5zJ2eLsDMSeSVZcN3NeAa3kQ=", "1:xps6Lwc0qSxO2d8X+k4jnhqfpP0="},
		{144, 145, 0, true, "1:ms66bqjCiS0Nx3DNXCp9wH22xNw=", "1:tpS7VP1V1DNOq0L6LOxDDupNGcA="},
		{139, 140, 0, true, "1:Sk22M0RiSzqPc3Ud7RgLkieiFvo=", "1:EyvsTyxh629HwHG1XyqvKuccnPM="},
		// One-way types have no answer: the code takes the place of a port.
		{3, 3, 1, false, "1:s/I/xHdYFdBn98WjLx2ZQrw0m5c=", "1:EJYNevS+2t8rSgmmId/jwM/HmEQ="},
		{11, 11, 0, false, "1:rfsrzGI7I6AlppLa3se5JFoO/d4=", "1:gncHzSm6YlTce9BTPZNBquMfC0M="},
		{5, 5, 1, false, "1:3wWmIEesT/kUWwNbkJU01Yz234Q=", "1:d9S7X51sooWzSQNuWwbktvMlnAs="},
		{1, 1, 4, true, "1:bxlcj5MwLJ0Mq/msovtKJa8pGZ4=", "1:qxd1LeYGiZWewhdgFCEH4g39f1w="},
		{3, 3, 0, true, "1:JhT8UZc+K6iQ7ogVYFill+wmFpU=", "1:vskvPXzZpQxyQCtfw57J5aFtRPw="},
		{143, 143, 0, true, "1:J5Q8fCm7FdPYnBz6tgo62Q/ZQrc=", "1:y7g9mMzLMe5jpBwTAzXf/RoDisQ="},
	} {
		protocol, a, b := uint8(1), low, high
		if c.v6 {
			protocol, a, b = 58, low6, high6
		}
		datagram(a, b, protocol, false, icmp(c.kind, c.code)).want(t, "community_id", c.up)
		datagram(b, a, protocol, false, icmp(c.kind, c.code)).want(t, "community_id", c.down)
		if c.kind != c.answer {
			datagram(b, a, protocol, false, icmp(c.answer, c.code)).want(t, "community_id", c.up)
			datagram(a, b, protocol, false, icmp(c.answer, c.code)).want(t, "community_id", c.down)
		}
	}
	datagram(low, low, 1, false, icmp(8, 0)).want(t, "community_id", "1:J4Tq23gM5VaCYFhqXv/ukDMvkyQ=")
	datagram(low, low, 1, false, icmp(0, 0)).want(t, "community_id", "1:J4Tq23gM5VaCYFhqXv/ukDMvkyQ=")
}

// A slice may begin with an answer, which has the Community ID of its request
// although it keeps the direction of the slice before.
func TestCommunityIDOfSlices(t *testing.T) {
	table := NewTable(DefaultConfig(), testOrigin, nil)
	low, high := endpoint{addr: "10.0.0.2"}, endpoint{addr: "192.168.1.9"}
	for i := range int64(62) {
		h := header(low, high, 1, false)
		icmp(8, 0)(&h)
		if i == 61 {
			h = header(high, low, 1, false)
			icmp(0, 0)(&h)
		}
		h.Time = i * int64(30*time.Second)
		table.Add(&h, i)
	}
	table.Finish(EndEOF)
	rows := rowsOf(table)
	wantEach(t, rows, "src_ip", "10.0.0.2", "10.0.0.2")
	wantEach(t, rows, "icmp_type", 8, 0)
	const id = "1:4YSbeuuSwhRftTNVDzWplTzFMi4="
	wantEach(t, rows, "community_id", id, id)
}

// ICMP is one flow per pair of addresses, with type and code of its first packet.
func TestICMP(t *testing.T) {
	table := NewTable(DefaultConfig(), testOrigin, nil)
	for i, kind := range []uint8{8, 0, 3} {
		from, to := client, server
		if i%2 == 1 {
			from, to = server, client
		}
		h := header(from, to, 1, false)
		icmp(kind, 7)(&h)
		table.Add(&h, int64(i))
	}
	table.Finish(EndEOF)
	rows := rowsOf(table)
	wantEach(t, rows, "icmp_type", 8)
	rows[0].want(t, "icmp_code", 7, "src_port", nil, "dst_port", nil, "protocol_number", 1, "ip_version", 4, "fwd_packets", 2, "tcp_flags", nil, "ether_type", nil)
	one(t, udp(0, 1)).want(t, "icmp_type", nil, "icmp_code", nil)
}

func TestARP(t *testing.T) {
	arp := func(h *decode.Header) { h.Key.Family, h.Key.Protocol, h.TTL = decode.ARP, 0, 0 }
	datagram(client, server, 0, false, arp).want(t,
		"src_ip", "192.168.1.9", "dst_ip", "10.0.0.2", "src_port", nil, "dst_port", nil,
		"src_mac", "02:00:00:00:00:09", "dst_mac", "02:00:00:00:00:02", "protocol_number", nil, "ip_version", nil, "ether_type", nil,
		"fwd_ttl_min", nil, "fwd_ttl_max", nil, "fwd_dscp", nil, "fwd_header_min", 0, "conn_state", nil)
}

func TestEthernet(t *testing.T) {
	frame := func(known bool) func(*decode.Header) {
		return func(h *decode.Header) {
			h.Key = decode.Key{Family: decode.Ethernet, EtherType: 0x88cc}
			copy(h.Key.A[:], server.mac[:])
			copy(h.Key.B[:], client.mac[:])
			h.HasEtherType = known
		}
	}
	datagram(client, server, 0, false, frame(true)).want(t, "src_ip", nil, "dst_ip", nil, "src_port", nil, "ether_type", 0x88cc,
		"src_mac", "02:00:00:00:00:09", "dst_mac", "02:00:00:00:00:02", "protocol_number", nil, "ip_version", nil, "fwd_ttl_min", nil)
	datagram(client, server, 0, false, frame(false)).want(t, "ether_type", nil)
}

func TestLinkAndTunnel(t *testing.T) {
	one(t, udp(0, 1)).want(t, "vlan_id", nil, "tunnel", nil, "tunnel_id", nil, "label", nil, "capture_id", "capture", "source", "test.pcap", "ip_version", 4)
	tunnel := func(id uint32) packet {
		return packet{protocol: 17, edit: func(h *decode.Header) {
			h.VLAN, h.HasVLAN, h.TunnelID, h.HasTunnelID = uint16(id), true, id, true
			h.Key.Path = decode.Path(0).Push(decode.GRE).Push(decode.IPIP)
		}}
	}
	// Those of the first packet; 0 is a VLAN and a key, too.
	one(t, tunnel(0), tunnel(9)).want(t, "vlan_id", 0, "tunnel", "gre/ipip", "tunnel_id", 0)
	datagram(endpoint{addr: "2001:db8::1"}, endpoint{addr: "2001:db8::2"}, 17, false, nil).want(t, "ip_version", 6, "src_ip", "2001:db8::1", "src_port", nil, "dst_port", nil)

	table := NewTable(DefaultConfig(), &Origin{ID: "x", Source: "y", Label: "attack"}, nil)
	h := udp(0, 1).header()
	table.Add(&h, 0)
	table.Finish(EndEOF)
	rowsOf(table)[0].want(t, "capture_id", "x", "source", "y", "label", "attack")
}

// Keys that differ in anything are different flows, also where their hashes
// are equal.
func TestKeyDecides(t *testing.T) {
	table := NewTable(DefaultConfig(), testOrigin, nil)
	edits := []func(*decode.Header){
		func(h *decode.Header) {},
		func(h *decode.Header) { h.Key.PortA++ },
		func(h *decode.Header) { h.Key.Protocol = 136 },
		func(h *decode.Header) { h.Key.Path = 1 },
		func(h *decode.Header) { h.Key.VNI = 1 },
		func(h *decode.Header) { h.Key.Ports = false },
		func(h *decode.Header) { h.Key.Family = decode.IPv6 },
		func(h *decode.Header) { h.Key.A[15] = 1 },
	}
	uids := map[any]bool{}
	for range 2 {
		for i, edit := range edits {
			h := udp(0, 1).header()
			edit(&h)
			h.Hash = 42
			table.Add(&h, int64(i))
		}
	}
	table.Finish(EndEOF)
	rows := rowsOf(table)
	if len(rows) != len(edits) {
		t.Errorf("%d flows, want %d", len(rows), len(edits))
	}
	for _, r := range rows {
		r.want(t, "fwd_packets", 2)
		uids[r["flow_uid"]] = true
	}
	if len(uids) != len(edits) {
		t.Errorf("%d distinct flow_uid, want %d", len(uids), len(edits))
	}
}

func TestFlowUID(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{32}$`)
	script := []packet{
		{flags: "S", seq: 1}, {at: 1, flags: "R", back: true},
		{at: 1, flags: "S", seq: 2}, {at: 2, flags: "R", back: true}, // the same key and, below, the same time
		{at: 2, flags: "S", seq: 3},
	}
	for i := range script {
		script[i].at = 0
	}
	script = append(script, every(30*time.Second, 4000*time.Second, func(i int, at time.Duration) packet { return udp(at, 1) })...)
	rows, again := run(script...), run(script...)
	if len(rows) != 6 {
		t.Fatalf("%d flows, want 6", len(rows))
	}
	seen := map[any]bool{}
	for i, r := range rows {
		uid := r["flow_uid"].(string)
		if !form.MatchString(uid) || seen[uid] || again[i]["flow_uid"] != uid {
			t.Errorf("flow %d: %s is malformed, a duplicate or not stable", i, uid)
		}
		seen[uid] = true
	}
	other := NewTable(DefaultConfig(), &Origin{ID: "another"}, nil)
	h := script[0].header()
	other.Add(&h, 0)
	other.Finish(EndEOF)
	if rowsOf(other)[0]["flow_uid"] == rows[0]["flow_uid"] {
		t.Error("flow_uid does not depend on the capture")
	}
}

// The index finds each flow while others come and go, by keys that collide.
func TestIndex(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var flows pool
	var x index
	x.init(&flows)
	open := map[decode.Key]*Flow{}
	for range 50_000 {
		h := decode.Header{Key: decode.Key{VNI: uint32(r.IntN(5000))}}
		h.Hash = uint64(h.Key.VNI%700) << 16 // homes lie close together
		f := x.find(&h)
		if f != open[h.Key] {
			t.Fatalf("key %d: found %p, want %p", h.Key.VNI, f, open[h.Key])
		}
		if f == nil {
			f, _ = flows.take(false)
			f.key, f.hash = h.Key, h.Hash
			x.insert(f)
			open[h.Key] = f
		} else if r.IntN(3) > 0 {
			x.remove(f)
			delete(open, h.Key)
		}
	}
	n := 0
	x.each(func(*Flow) { n++ })
	if n != len(open) || x.used != len(open) {
		t.Errorf("%d flows visited and %d counted, want %d", n, x.used, len(open))
	}
}
