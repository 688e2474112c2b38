package extract

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"net"
	"slices"
	"sync"
	"testing"
	"time"
)

// side is a piece of a stream: who sent it, and what.
type side struct {
	server bool
	data   []byte
}

// connection makes the frames of a TCP connection that carries the pieces,
// a millisecond apart.
func connection(at int64, client, server uint32, port, to uint16, pieces []side) []frame {
	seq := [2]uint32{1000, 0xffffff00}
	var frames []frame
	add := func(back bool, flags byte, data []byte) {
		from, dest, p, q, i := client, server, port, to, 0
		if back {
			from, dest, p, q, i = server, client, to, port, 1
		}
		b := tcpSegment(p, q, seq[i], flags, 0)
		seq[i] += uint32(len(data))
		if flags&3 != 0 {
			seq[i]++
		}
		frames = append(frames, frame{at: at, data: ip4(from, dest, 6, 0, 0, false, append(b, data...))})
		at += int64(time.Millisecond)
	}
	add(false, 0x02, nil)
	add(true, 0x12, nil)
	add(false, 0x10, nil)
	for _, p := range pieces {
		for data := p.data; len(data) > 0; {
			n := min(len(data), 1400)
			add(p.server, 0x18, data[:n])
			data = data[n:]
		}
	}
	add(false, 0x11, nil)
	add(true, 0x11, nil)
	return frames
}

func datagram(at int64, source, destination uint32, from, to uint16, data []byte) frame {
	b := udpSegment(from, to, 0)
	binary.BigEndian.PutUint16(b[4:], uint16(8+len(data)))
	return frame{at: at, data: ip4(source, destination, 17, 0, 0, false, append(b, data...))}
}

const (
	alice, bob = 0x0a000001, 0x0a000002
	noon       = int64(1_700_049_600) * int64(time.Second)
)

func dnsMessage(id uint16, reply bool, name string) []byte {
	b := binary.BigEndian.AppendUint16(nil, id)
	answers := byte(0)
	if reply {
		b, answers = append(b, 0x81, 0x80), 1
	} else {
		b = append(b, 0x01, 0x00)
	}
	b = append(b, 0, 1, 0, answers, 0, 0, 0, 0, byte(len(name)))
	b = append(append(b, name...), 4, 't', 'e', 's', 't', 0, 0, 1, 0, 1)
	if reply {
		b = append(b, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1)
	}
	return b
}

// only returns the row of a table that has the value.
func only(t *testing.T, rows []row, column string, want any) row {
	t.Helper()
	i := slices.IndexFunc(rows, func(r row) bool { return r.values[column] == want })
	if i < 0 || slices.IndexFunc(rows[i+1:], func(r row) bool { return r.values[column] == want }) >= 0 {
		t.Fatalf("not one row with %s %v", column, want)
	}
	return rows[i]
}

func check(t *testing.T, r row, want map[string]any) {
	t.Helper()
	for name, w := range want {
		if got := r.values[name]; got != w {
			t.Errorf("%s is %v, want %v", name, got, w)
		}
	}
}

func TestDNSRows(t *testing.T) {
	frames := []frame{
		datagram(noon, alice, bob, 40000, 53, dnsMessage(7, false, "one")),
		datagram(noon+1_000_000, alice, bob, 40000, 53, dnsMessage(8, false, "Two")),
		datagram(noon+2_500_000, bob, alice, 53, 40000, dnsMessage(8, true, "Two")),
	}
	sink, _ := runSource(t, withWorkers(2), &memorySource{frames: frames, slab: 2})
	flow := only(t, sink.rows("flows"), "service", "dns")
	check(t, flow, map[string]any{"dns_queries": int64(2), "dns_responses": int64(1), "dns_query": "one.test", "dns_qtype": "A", "dns_rcode": "NOERROR"})
	rows := sink.rows("dns")
	if len(rows) != 2 {
		t.Fatalf("%d rows, want 2", len(rows))
	}
	check(t, rows[0], map[string]any{"query": "one.test", "id": int64(7), "rcode": nil, "rtt_us": nil, "answer_count": nil, "recursion_desired": true})
	check(t, rows[1], map[string]any{"query": "two.test", "id": int64(8), "rcode": "NOERROR", "rtt_us": int64(1500), "answer_count": int64(1),
		"transport": "udp", "src_ip": "10.0.0.1", "src_port": int64(40000), "dst_ip": "10.0.0.2", "dst_port": int64(53),
		"time": (noon + 1_000_000) / 1000, "date": "2023-11-15", "flow_uid": flow.values["flow_uid"], "capture_id": "test"})
	if rows[0].key.Packet != 0 || rows[1].key.Packet != 1 {
		t.Errorf("rows of packets %d and %d, want 0 and 1", rows[0].key.Packet, rows[1].key.Packet)
	}
}

// Pipelined requests, in segments that come in the wrong order.
func TestHTTPRows(t *testing.T) {
	requests := "GET /a HTTP/1.1\r\nHost: h.test\r\nUser-Agent: u\r\n\r\nHEAD /b HTTP/1.1\r\nHost: h.test\r\n\r\n"
	replies := "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2000\r\n\r\n" + string(make([]byte, 2000)) + "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n"
	frames := connection(noon, alice, bob, 40000, 8080, []side{{false, []byte(requests[:20])}, {false, []byte(requests[20:])}, {true, []byte(replies)}})
	frames[3].data, frames[4].data = frames[4].data, frames[3].data
	frames[5].data, frames[6].data = frames[6].data, frames[5].data
	sink, _ := runSource(t, withWorkers(2), &memorySource{frames: frames, slab: 3})
	flow := only(t, sink.rows("flows"), "service", "http")
	check(t, flow, map[string]any{"http_requests": int64(2), "http_responses": int64(2), "http_method": "GET", "http_status": int64(200),
		"http_host": "h.test", "http_user_agent": "u", "http_content_type": "text/plain", "http_content_length": int64(2009)})
	rows := sink.rows("http")
	if len(rows) != 2 {
		t.Fatalf("%d rows, want 2", len(rows))
	}
	uid := flow.values["flow_uid"]
	check(t, rows[0], map[string]any{"depth": int64(1), "method": "GET", "uri": "/a", "host": "h.test", "version": "1.1", "status": int64(200), "reason": "OK",
		"response_bytes": int64(2000), "request_bytes": int64(0), "flow_uid": uid, "src_port": int64(40000), "dst_port": int64(8080), "capture_id": "test"})
	check(t, rows[1], map[string]any{"depth": int64(2), "method": "HEAD", "uri": "/b", "status": int64(404), "reason": "Not Found", "response_bytes": int64(0), "flow_uid": uid})
	if rows[0].key.Packet != 4 || rows[1].key.Packet != 4 {
		t.Errorf("rows of packets %d and %d, want 4, which the other one had to wait for", rows[0].key.Packet, rows[1].key.Packet)
	}
}

// A capture that begins in the middle, behind a keep-alive.
func TestRowsOfACaptureThatBeginsInTheMiddle(t *testing.T) {
	frames := connection(noon, alice, bob, 40000, 8080, []side{{false, []byte{0}}, {false, []byte("GET /a HTTP/1.0\r\n\r\n")}, {true, []byte("HTTP/1.0 200 OK\r\n\r\n")}})
	for from, packet := range map[int]int64{3: 1, 4: 0} {
		sink, _ := runSource(t, withWorkers(2), &memorySource{frames: frames[from:], slab: 3})
		r := only(t, sink.rows("http"), "uri", "/a")
		check(t, r, map[string]any{"status": int64(200), "version": "1.0", "latency_us": int64(1000), "time": (noon + 4_000_000) / 1000})
		if r.key.Packet != packet {
			t.Errorf("the row is of packet %d, want %d", r.key.Packet, packet)
		}
	}
}

// recorded is a connection whose writes are noted.
type recorded struct {
	net.Conn
	server bool
	note   func(side)
}

func (r recorded) Write(b []byte) (int, error) {
	r.note(side{r.server, bytes.Clone(b)})
	return r.Conn.Write(b)
}

// handshake records a TLS 1.2 connection of crypto/tls.
func handshake(t *testing.T) (pieces []side, state tls.ConnectionState, leaf *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "leaf"}, DNSNames: []string{"s.test"},
		NotBefore: time.Unix(1_600_000_000, 0), NotAfter: time.Unix(1_900_000_000, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if leaf, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	note := func(s side) {
		mu.Lock()
		defer mu.Unlock()
		pieces = append(pieces, s)
	}
	a, b := net.Pipe()
	server := tls.Server(recorded{b, true, note}, &tls.Config{MaxVersion: tls.VersionTLS12, NextProtos: []string{"p1"},
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, SessionTicketsDisabled: true})
	client := tls.Client(recorded{a, false, note}, &tls.Config{ServerName: "s.test", NextProtos: []string{"p0", "p1"}, InsecureSkipVerify: true})
	done := make(chan error, 1)
	go func() {
		_, err := server.Write([]byte("hello"))
		done <- err
	}()
	if _, err := client.Read(make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return pieces, client.ConnectionState(), leaf
}

func TestTLSRows(t *testing.T) {
	pieces, state, leaf := handshake(t)
	frames := connection(noon, alice, bob, 40000, 4430, pieces)
	sink, _ := runSource(t, withWorkers(2), &memorySource{frames: frames, slab: 3})
	flow := only(t, sink.rows("flows"), "service", "tls")
	rows := sink.rows("tls")
	if len(rows) != 1 {
		t.Fatalf("%d rows, want 1", len(rows))
	}
	sum := sha256.Sum256(leaf.Raw)
	complete := int64(3 + (len(pieces[0].data)-1)/1400) // the packet that completes the ClientHello
	common := map[string]any{"ja3": flow.values["ja3"], "ja3s": flow.values["ja3s"], "ja4": flow.values["ja4"], "flow_uid": flow.values["flow_uid"]}
	check(t, rows[0], common)
	check(t, rows[0], map[string]any{"transport": "tcp", "version": "TLS 1.2", "cipher": tls.CipherSuiteName(state.CipherSuite), "sni": "s.test", "alpn": "p1",
		"resumed": false, "established": true, "certificate_sha256": hex.EncodeToString(sum[:]), "not_before": leaf.NotBefore.UnixMicro(), "not_after": leaf.NotAfter.UnixMicro(),
		"src_ip": "10.0.0.1", "dst_port": int64(4430), "time": (noon + complete*1_000_000) / 1000})
	check(t, flow, map[string]any{"tls_version": "TLS 1.2", "tls_cipher": tls.CipherSuiteName(state.CipherSuite), "tls_sni": "s.test", "tls_alpn": "p1",
		// ClientHello; ServerHello, Certificate, ServerKeyExchange, ServerHelloDone; ClientKeyExchange
		"tls_handshakes": int64(6)})
	for _, name := range []string{"ja3", "ja3s", "ja4"} {
		if s, _ := flow.values[name].(string); len(s) < 32 {
			t.Errorf("%s is %q", name, s)
		}
	}
	if rows[0].key.Packet != complete {
		t.Errorf("the row is of packet %d, want %d", rows[0].key.Packet, complete)
	}
}

// quicInitial is the client's Initial packet of RFC 9001, appendix A.2, made
// of its CRYPTO frame with the keys of appendix A.1.
func quicInitial(t *testing.T) []byte {
	t.Helper()
	unhex := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	crypto := unhex("060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578" +
		"616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e000500050100000000003300260024001d00209370b2c9caa47fba" +
		"baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e0403050306030203080408050806002d00020101001c0002400100" +
		"3900320408ffffffffffffffff05048000ffff07048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff")
	frames := append(crypto, make([]byte, 1162-len(crypto))...)
	head := unhex("c300000001088394c8f03e5157080000449e00000002")
	nonce := unhex("fa044b2f42a3fd3b46fb255c")
	nonce[11] ^= 2
	block, err := aes.NewCipher(unhex("1f369613dd76d5467730efcbe3b1a22d"))
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	packet := aead.Seal(bytes.Clone(head), nonce, frames, head)
	hp, err := aes.NewCipher(unhex("9f50449e04a0e810283a1e9933adedd2"))
	if err != nil {
		t.Fatal(err)
	}
	var mask [16]byte
	hp.Encrypt(mask[:], packet[22:38])
	packet[0] ^= mask[0] & 0x0f
	for i := range 4 {
		packet[18+i] ^= mask[1+i]
	}
	if !bytes.Equal(packet[:22], unhex("c000000001088394c8f03e5157080000449e7b9aec34")) {
		t.Fatalf("the protected header is %x, not that of the RFC", packet[:22])
	}
	return packet
}

func TestQUICRows(t *testing.T) {
	sink, _ := runSource(t, withWorkers(1), &memorySource{frames: []frame{datagram(noon, alice, bob, 40000, 4430, quicInitial(t))}, slab: 1})
	flow := only(t, sink.rows("flows"), "service", "quic")
	check(t, flow, map[string]any{"tls_sni": "example.com", "tls_alpn": "alpn", "tls_version": "TLS 1.3", "tls_cipher": nil, "tls_handshakes": int64(1), "tls_cipher_suites": int64(2)})
	row := only(t, sink.rows("tls"), "transport", "quic")
	check(t, row, map[string]any{"sni": "example.com", "alpn": nil, "version": "TLS 1.3", "cipher": nil, "ja3s": nil, "established": false, "subject": nil,
		"flow_uid": flow.values["flow_uid"], "ja4": flow.values["ja4"]})
}
