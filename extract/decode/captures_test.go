package decode_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"weir/extract/capture"
	"weir/extract/decode"
	"weir/testdata/beside"
)

// eachPacket decodes a capture and calls f for each of its packets. It returns
// false for files that are no captures.
func eachPacket(t *testing.T, path string, f func(h *decode.Header)) bool {
	src, err := capture.Open(path)
	var not *capture.NotCaptureError
	if errors.As(err, &not) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var (
		d       = decode.New(decode.Options{Decap: true})
		table   decode.Fragments
		slab    capture.Slab
		headers []decode.Header
		frags   []decode.Fragment
	)
	for {
		if err := src.Read(&slab); err == io.EOF {
			return true
		} else if err != nil {
			t.Fatal(err)
		}
		headers, frags = make([]decode.Header, len(slab.Packets)), frags[:0]
		for i, p := range slab.Packets {
			h := &headers[i]
			h.Time = p.Time
			if p.Malformed {
				h.Reject = decode.Malformed
				continue
			}
			frags = d.Decode(uint16(p.Link), slab.Data(i), p.Length, i, h, frags)
		}
		table.Resolve(headers, frags)
		for i := range headers {
			f(&headers[i])
		}
	}
}

// TestCaptureCounts holds the packets that are in flows and the rejected ones,
// by reason, to those of another implementation of the metering rules.
func TestCaptureCounts(t *testing.T) {
	dir := beside.Path(t)
	text, err := os.ReadFile(filepath.Join(dir, "expected", "captures.tsv"))
	if err != nil {
		t.Skip("no expected results beside the module")
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	column := map[string]int{}
	for i, name := range strings.Split(lines[0], "\t") {
		column[name] = i
	}
	for _, line := range lines[1:] {
		fields := strings.Split(line, "\t")
		name := fields[column["capture"]]
		t.Run(name, func(t *testing.T) {
			var got [decode.Rejects]int
			eachPacket(t, filepath.Join(dir, "captures", name), func(h *decode.Header) { got[h.Reject]++ })
			if fields[column["packets_in_flows"]] == "0" && fields[column["rejected_truncated"]] == "" {
				t.Skip("not a capture")
			}
			for reject, name := range []string{"packets_in_flows", "rejected_truncated", "rejected_malformed", "rejected_unsupported_link", "rejected_not_data"} {
				if want := fields[column[name]]; strconv.Itoa(got[reject]) != want {
					t.Errorf("%s = %d, want %s", name, got[reject], want)
				}
			}
		})
	}
}

// oneWay is the traffic of one direction of all flows that have one identity.
type oneWay struct {
	packets, bytes, ipBytes, payload, header, data int64
	flags                                          [8]int64
	zeroWindow                                     int64
	ttlMin, ttlMax                                 int
	headerMin                                      int
}

// ledger sums traffic by identity and direction, which needs no flow timeouts.
type ledger struct {
	ways      map[string]*oneWay
	fragments map[string]int64
	facts     map[string]bool // what some packet of the identity says of itself
}

func newLedger() *ledger {
	return &ledger{map[string]*oneWay{}, map[string]int64{}, map[string]bool{}}
}

func (l *ledger) way(identity string) *oneWay {
	w := l.ways[identity]
	if w == nil {
		w = &oneWay{ttlMin: 256, ttlMax: -1, headerMin: 1 << 20}
		l.ways[identity] = w
	}
	return w
}

// packet enters a decoded packet.
func (l *ledger) packet(h *decode.Header) {
	if h.Reject != decode.Accepted {
		return
	}
	source, destination, kind := describe(h)
	w := l.way(source + " > " + destination + kind)
	w.packets++
	w.bytes += int64(h.FrameLen)
	w.ipBytes += int64(h.IPLen)
	w.payload += int64(h.PayloadLen)
	w.header += int64(h.HeaderLen)
	w.headerMin = min(w.headerMin, int(h.HeaderLen))
	if h.PayloadLen > 0 {
		w.data++
	}
	for bit := range w.flags {
		w.flags[bit] += int64(h.Flags >> bit & 1)
	}
	if h.TCP && h.Window == 0 && h.Flags&(decode.SYN|decode.FIN|decode.RST) == 0 {
		w.zeroWindow++
	}
	if h.Key.Family == decode.IPv4 || h.Key.Family == decode.IPv6 {
		w.ttlMin, w.ttlMax = min(w.ttlMin, int(h.TTL)), max(w.ttlMax, int(h.TTL))
	}
	if h.Fragment {
		l.fragments[pair(source, destination)+kind]++
	}
	for _, f := range packetFacts(h) {
		l.facts[pair(source, destination)+kind+f] = true
	}
}

// packetFacts spells what a flow would store if the packet were its first.
func packetFacts(h *decode.Header) []string {
	facts := []string{
		" vlan=" + optional(h.HasVLAN, strconv.Itoa(int(h.VLAN))),
		" tunnel_id=" + optional(h.HasTunnelID, strconv.Itoa(int(h.TunnelID))),
		" mac=" + optional(h.HasSrcMAC, string(decode.AppendMAC(nil, h.SrcMAC))) + ">" + optional(h.HasDstMAC, string(decode.AppendMAC(nil, h.DstMAC))),
		" icmp=" + optional(h.HasICMP, fmt.Sprint(h.ICMPType, "/", h.ICMPCode)),
	}
	if h.Key.Family == decode.IPv4 || h.Key.Family == decode.IPv6 {
		facts = append(facts, fmt.Sprint(" dscp=", h.DSCP))
	}
	if h.HasMSS {
		facts = append(facts, fmt.Sprint(" mss=", h.MSS))
	}
	if h.HasWindowScale {
		facts = append(facts, fmt.Sprint(" scale=", h.WindowScale))
	}
	if h.TCP {
		facts = append(facts, fmt.Sprint(" window=", h.Window))
	}
	return facts
}

func optional(known bool, text string) string {
	if !known {
		return "null"
	}
	return text
}

func pair(a, b string) string { return min(a, b) + " + " + max(a, b) }

// describe spells the endpoints of a packet and all else that its flow is known by.
func describe(h *decode.Header) (source, destination, kind string) {
	k := h.Key
	a, b := string(decode.AppendAddr(nil, k.Family, k.A)), string(decode.AppendAddr(nil, k.Family, k.B))
	if k.Family == decode.Ethernet {
		a, b = optional(h.HasDstMAC, a), optional(h.HasDstMAC, b)
		if !h.HasDstMAC {
			a, b = "null", "null"
		}
	}
	a += "|" + optional(k.Ports, strconv.Itoa(int(k.PortA)))
	b += "|" + optional(k.Ports, strconv.Itoa(int(k.PortB)))
	if h.Reverse {
		a, b = b, a
	}
	vni := ""
	if t := k.Path.Innermost(); t == decode.VXLAN || t == decode.Geneve {
		vni = strconv.Itoa(int(k.VNI))
	}
	return a, b, " " + decode.ProtocolName(k) + " type " + optional(h.HasEtherType, strconv.Itoa(int(k.EtherType))) +
		" in " + optional(k.Path != 0, string(k.Path.AppendText(nil))) + vni
}

// flowRow is one expected flow, by the names of its columns.
type flowRow map[string]any

func (r flowRow) int(name string) int64 {
	n, _ := r[name].(json.Number)
	i, _ := n.Int64()
	return i
}

func (r flowRow) text(name string) string {
	if r[name] == nil {
		return "null"
	}
	return fmt.Sprint(r[name])
}

// flow enters an expected flow, direction by direction.
func (l *ledger) flow(r flowRow) (facts []string) {
	source, destination := r.text("src_ip"), r.text("dst_ip")
	if r.text("protocol") == "ethernet" {
		source, destination = r.text("src_mac"), r.text("dst_mac")
	}
	source, destination = source+"|"+r.text("src_port"), destination+"|"+r.text("dst_port")
	vni, tunnel := "", r.text("tunnel")
	if strings.HasSuffix(tunnel, "vxlan") || strings.HasSuffix(tunnel, "geneve") {
		vni = r.text("tunnel_id")
	}
	kind := " " + r.text("protocol") + " type " + r.text("ether_type") + " in " + tunnel + vni
	l.half(source+" > "+destination+kind, r, "fwd")
	l.half(destination+" > "+source+kind, r, "bwd")
	if n := r.int("fragments"); n > 0 {
		l.fragments[pair(source, destination)+kind] += n
	}
	facts = append(facts, " vlan="+r.text("vlan_id"), " tunnel_id="+r.text("tunnel_id"),
		" icmp="+optional(r["icmp_type"] != nil, r.text("icmp_type")+"/"+r.text("icmp_code")))
	for _, side := range []string{"fwd", "bwd"} {
		for name, column := range map[string]string{"dscp": "_dscp", "mss": "_mss", "scale": "_win_scale", "window": "_init_win_bytes"} {
			if v := r[side+column]; v != nil {
				facts = append(facts, " "+name+"="+fmt.Sprint(v))
			}
		}
	}
	for i := range facts {
		facts[i] = pair(source, destination) + kind + facts[i]
	}
	return facts
}

func (l *ledger) half(identity string, r flowRow, side string) {
	n := r.int(side + "_packets")
	if n == 0 {
		return
	}
	w := l.way(identity)
	w.packets += n
	w.bytes += r.int(side + "_bytes")
	w.ipBytes += r.int(side + "_ip_bytes")
	w.payload += r.int(side + "_payload_bytes")
	w.data += r.int(side + "_data_packets")
	w.header += r.int(side + "_header_bytes")
	w.headerMin = min(w.headerMin, int(r.int(side+"_header_min")))
	w.zeroWindow += r.int(side + "_zero_window_packets")
	for bit, name := range []string{"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"} {
		w.flags[bit] += r.int(side + "_" + name + "_packets")
	}
	if r[side+"_ttl_min"] != nil {
		w.ttlMin, w.ttlMax = min(w.ttlMin, int(r.int(side+"_ttl_min"))), max(w.ttlMax, int(r.int(side+"_ttl_max")))
	}
}

// TestCaptureFlows holds the identities of all flows, and the traffic of each
// of their directions, to those of another implementation.
func TestCaptureFlows(t *testing.T) {
	dir := beside.Path(t)
	files, err := filepath.Glob(filepath.Join(dir, "expected", "flows", "*.ndjson.gz"))
	if err != nil || len(files) == 0 {
		t.Skip("no expected flows beside the module")
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".ndjson.gz")
		t.Run(name, func(t *testing.T) {
			got, want := newLedger(), newLedger()
			if !eachPacket(t, filepath.Join(dir, "captures", name), got.packet) {
				t.Fatal("not recognised as a capture")
			}
			for _, r := range readFlows(t, file) {
				for _, fact := range want.flow(r) {
					if !got.facts[fact] {
						t.Errorf("no packet has%s", fact)
					}
				}
			}
			compare(t, "traffic", got.ways, want.ways, func(a, b *oneWay) bool { return *a == *b })
			compare(t, "fragments", got.fragments, want.fragments, func(a, b int64) bool { return a == b })
		})
	}
}

func compare[V any](t *testing.T, what string, got, want map[string]V, equal func(a, b V) bool) {
	for k, w := range want {
		if g, ok := got[k]; !ok || !equal(g, w) {
			t.Errorf("%s of %s\n got %+v\nwant %+v", what, k, g, w)
		}
	}
	for k, g := range got {
		if _, ok := want[k]; !ok {
			t.Errorf("%s of %s\n got %+v\nwant none", what, k, g)
		}
	}
}

func readFlows(t *testing.T, path string) (rows []flowRow) {
	packed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bufio.NewReader(z))
	d.UseNumber()
	for {
		r := flowRow{}
		if err := d.Decode(&r); err == io.EOF {
			return rows
		} else if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
}
