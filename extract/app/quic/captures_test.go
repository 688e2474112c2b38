package quic_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/extract/app/event"
	"weir/extract/app/quic"
	"weir/extract/app/tls"
	"weir/extract/capture"
	"weir/extract/decode"
	"weir/testdata/beside"
)

// conversation is a UDP flow that a datagram was recognised in.
type conversation struct {
	parser  quic.Parser
	flow    event.Flow
	reverse bool
}

// outcome is what a capture gives.
type outcome struct {
	conversations []*conversation
	rows          []*tls.Event
	// google and other count datagrams in flows that are not QUIC.
	google, other int
}

// read runs all UDP flows of a capture through Probe and Parser, or returns
// nil for a file that is no capture.
func read(t testing.TB, path string) *outcome {
	src, err := capture.Open(path)
	var not *capture.NotCaptureError
	if errors.As(err, &not) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	out := &outcome{}
	sink := quic.NewSink(func(e *tls.Event) { out.rows = append(out.rows, e) })
	flows := map[decode.Key]*conversation{}
	d := decode.New(decode.Options{Decap: true})
	var slab capture.Slab
	var h decode.Header
	for {
		if err := src.Read(&slab); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for i, p := range slab.Packets {
			h.Time = p.Time
			d.Decode(uint16(p.Link), slab.Data(i), p.Length, i, &h, nil)
			if h.Reject == decode.Accepted && h.Key.Protocol == 17 && h.Key.Ports {
				out.packet(flows, sink, &h, event.Stamp{Time: p.Time, Packet: slab.First + int64(i)})
			}
		}
	}
	for _, c := range out.conversations {
		c.parser.End()
	}
	return out
}

func (o *outcome) packet(flows map[decode.Key]*conversation, sink *quic.Sink, h *decode.Header, at event.Stamp) {
	wire := int(h.PayloadLen)
	c := flows[h.Key]
	if c == nil {
		switch quic.Probe(h.Payload, wire) {
		case quic.Google:
			o.google++
			return
		case quic.Other:
			o.other++
			return
		}
		c = &conversation{reverse: h.Reverse}
		c.flow = event.Flow{Family: h.Key.Family, Initiator: h.Key.A, Responder: h.Key.B, InitiatorPort: h.Key.PortA, ResponderPort: h.Key.PortB, Ports: true}
		c.parser.Reset(&c.flow, sink)
		flows[h.Key] = c
		o.conversations = append(o.conversations, c)
	}
	dir := 0
	if h.Reverse != c.reverse {
		dir = 1
	}
	c.parser.Datagram(dir, h.Payload, wire, at)
}

// describe writes a hello's fields as the expected file has them.
func describe(packet int64, e *tls.Event) string {
	var alpn []string
	e.Client.EachProtocol(func(name []byte) { alpn = append(alpn, string(name)) })
	return fmt.Sprintf("%d %s %s %s %s", packet+1, e.SNI, strings.Join(alpn, ","), e.JA3, e.JA4)
}

// expected reads what tshark finds: per capture the connections, each the
// first ClientHello's fields, and JA3S and suite of the last ServerHello.
type expectation struct {
	client, ja3s, suite string
	hellos              int64
}

// expected reads the connections that tshark finds, by capture.
func expected(t testing.TB) (names []string, byCapture map[string][]*expectation) {
	f, err := os.Open("testdata/hellos.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	byCapture = map[string][]*expectation{}
	streams := map[string]*expectation{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if strings.HasPrefix(s.Text(), "#") {
			continue
		}
		v := strings.Split(s.Text(), "\t")
		name, stream := v[0], v[0]+" "+v[2]
		e := streams[stream]
		if e == nil {
			e = &expectation{}
			streams[stream] = e
			if byCapture[name] == nil {
				names = append(names, name)
			}
			byCapture[name] = append(byCapture[name], e)
		}
		e.hellos++
		if v[4] == "1" && e.client == "" {
			e.client = strings.Join([]string{v[1], v[5], v[6], v[7], v[8]}, " ")
		} else if v[4] == "2" {
			e.ja3s, e.suite = v[7], v[9]
		}
	}
	return names, byCapture
}

func TestAgreesWithTshark(t *testing.T) {
	dir := beside.Path(t, "captures")
	names, all := expected(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			out := read(t, filepath.Join(dir, name))
			rows := map[string]*tls.Event{}
			for _, e := range out.rows {
				if e.Client == nil {
					t.Errorf("a row without ClientHello: %+v", e)
					continue
				}
				rows[describe(e.Stamp.Packet, e)] = e
			}
			for _, want := range all[name] {
				e := rows[want.client]
				if e == nil {
					t.Errorf("no row for %s", want.client)
					continue
				}
				delete(rows, want.client)
				suite := ""
				if e.HasCipher {
					suite = fmt.Sprintf("0x%04x", e.Cipher)
				}
				if suite != want.suite || e.JA3S != want.ja3s || e.Handshakes != want.hellos || e.Transport != tls.QUIC {
					t.Errorf("%s: suite %q, JA3S %q, %d hellos, want %+v", want.client, suite, e.JA3S, e.Handshakes, want)
				}
			}
			for row := range rows {
				t.Errorf("a row that tshark does not have: %s", row)
			}
			established := 0
			for _, e := range out.rows {
				if e.Established {
					established++
				}
			}
			t.Log(len(out.conversations), "flows,", len(out.rows), "rows,", established, "established,", out.other, "other datagrams")
		})
	}
}

// No capture has a datagram taken for QUIC in a flow that tshark does not
// call so.
func TestNoOtherProtocolIsTaken(t *testing.T) {
	dir := beside.Path(t, "captures")
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]int{ // flows, by tshark 4.0.17
		"app-quic-browse-v6.pcapng": 14, "app-quic-interop.pcapng": 63, "lt-ppp-quic.pcap": 2,
		"tun-geneve.pcap": 22, "mix-surfshark-ooo.pcap": 3, "mix-emix.pcap": 1, "derived-gz.pcap.gz": 1,
		"fmt-ng-22if-tsresol.pcapng": 4, "derived-cut-final.pcapng": 1,
	}
	google := map[string]int{"fmt-ng-11if.pcapng": 2} // datagrams with the version, by tshark
	for _, path := range paths {
		out := read(t, path)
		if out == nil {
			continue
		}
		if n := len(out.conversations); n != known[filepath.Base(path)] {
			t.Errorf("%s: %d flows are QUIC (%d rows), want %d", filepath.Base(path), n, len(out.rows), known[filepath.Base(path)])
		}
		if out.google != google[filepath.Base(path)] {
			t.Errorf("%s: %d datagrams are Google's, want %d", filepath.Base(path), out.google, google[filepath.Base(path)])
		}
	}
}
