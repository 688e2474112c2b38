package flow

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"time"

	"weir/extract/decode"
	"weir/warehouse/schema"
)

// packet is a packet of a script. The zero value is an empty TCP packet
// without flags from the client to the server at time 0.
type packet struct {
	at       time.Duration // since the epoch of the script
	back     bool          // from the server to the client
	flags    string        // letters of flagLetters
	seq      uint32
	payload  uint32
	window   uint16
	edit     func(*decode.Header) // for what else there is
	protocol uint8                // 0 is TCP
}

// epoch is the time scripts count from: 2023-11-14 22:13:20 UTC.
const epoch = int64(1_700_000_000) * int64(time.Second)

// endpoint is an address with its port and link address.
type endpoint struct {
	addr string
	port uint16
	mac  [6]byte
}

// The client is the larger endpoint, so that its packets are Reverse.
var (
	client = endpoint{"192.168.1.9", 50000, [6]byte{2, 0, 0, 0, 0, 9}}
	server = endpoint{"10.0.0.2", 443, [6]byte{2, 0, 0, 0, 0, 2}}
)

// header makes the header of a packet from one endpoint to another, its key
// ordered as decode orders it.
func header(from, to endpoint, protocol uint8, ports bool) decode.Header {
	source, destination := netip.MustParseAddr(from.addr), netip.MustParseAddr(to.addr)
	h := decode.Header{
		SrcMAC: from.mac, DstMAC: to.mac, HasSrcMAC: true, HasDstMAC: true, TTL: 64,
		HasTransport: true, TCP: protocol == 6,
	}
	h.Key = decode.Key{Family: decode.IPv4, Protocol: protocol, Ports: ports}
	if source.Is6() {
		h.Key.Family = decode.IPv6
	}
	if ports {
		h.Key.PortA, h.Key.PortB = from.port, to.port
	}
	order := source.Compare(destination)
	h.Reverse = order > 0 || order == 0 && h.Key.PortA > h.Key.PortB
	if h.Reverse {
		source, destination = destination, source
		h.Key.PortA, h.Key.PortB = h.Key.PortB, h.Key.PortA
	}
	copy(h.Key.A[:], source.AsSlice())
	copy(h.Key.B[:], destination.AsSlice())
	h.Hash = hash(h.Key)
	return h
}

// hash is any function of the key.
func hash(k decode.Key) uint64 {
	x := uint64(14695981039346656037)
	add := func(b byte) { x = (x ^ uint64(b)) * 1099511628211 }
	for i := range k.A {
		add(k.A[i])
		add(k.B[i])
	}
	for _, b := range binary.BigEndian.AppendUint32(nil, uint32(k.PortA)<<16|uint32(k.PortB)) {
		add(b)
	}
	add(k.Protocol)
	add(byte(k.Family))
	add(byte(k.VNI))
	return x ^ x>>29
}

// header makes the header of a packet of a script: 14 bytes of Ethernet, 20 of
// IP and 20 of TCP or 8 of anything else.
func (p packet) header() decode.Header {
	from, to := client, server
	if p.back {
		from, to = server, client
	}
	protocol := p.protocol
	if protocol == 0 {
		protocol = 6
	}
	h := header(from, to, protocol, protocol == 6 || protocol == 17)
	h.Time = epoch + int64(p.at)
	h.HeaderLen = 8
	if h.TCP {
		h.HeaderLen = 20
	}
	h.PayloadLen, h.IPLen = p.payload, 20+uint32(h.HeaderLen)+p.payload
	h.FrameLen = 14 + h.IPLen
	h.Seq, h.Window = p.seq, p.window
	if p.window == 0 {
		h.Window = 1000
	}
	h.Flags = flags(p.flags)
	if p.edit != nil {
		p.edit(&h)
	}
	return h
}

// flags reads letters such as SA.
func flags(letters string) uint16 {
	var bits uint16
	for _, c := range []byte(letters) {
		bits |= 1 << slices.Index([]byte(flagLetters), c)
	}
	return bits
}

// row is a row of flows: stored columns by name, nil for null, integers as
// int64.
type row map[string]any

// rowsOf takes all flows of a table that have ended, by first packet.
func rowsOf(t *Table) []row {
	flows := t.Ended()
	slices.SortFunc(flows, func(a, b *Flow) int { return int(a.Packet() - b.Packet()) })
	keys := make([]schema.Key, len(flows))
	c := Catalogue()
	batch := schema.NewBatch(c.Table, nil)
	c.Append(batch, flows, keys)
	rows := make([]row, len(flows))
	for r := range rows {
		rows[r] = row{}
		for i, col := range batch.Columns {
			rows[r][col.Name] = cell(&batch.Vectors[i], r)
		}
	}
	t.Recycle(flows)
	return rows
}

func cell(v *schema.Vector, r int) any {
	switch {
	case v.Null(r):
		return nil
	case v.Kind == schema.KindInt32:
		return int64(v.Int32[r])
	case v.Kind == schema.KindInt64:
		return v.Int64[r]
	case v.Kind == schema.KindFloat64:
		return v.Float64[r]
	default:
		return string(v.Text(r))
	}
}

var testOrigin = &Origin{ID: "capture", Source: "test.pcap"}

// run meters a script with the default settings.
func run(script ...packet) []row { return runWith(DefaultConfig(), script...) }

func runWith(c Config, script ...packet) []row {
	t := NewTable(c, testOrigin, nil)
	for i, p := range script {
		h := p.header()
		t.Add(&h, int64(i))
	}
	t.Finish(EndEOF)
	return rowsOf(t)
}

// one is run for a script that makes one flow.
func one(t *testing.T, script ...packet) row {
	t.Helper()
	rows := run(script...)
	if len(rows) != 1 {
		t.Fatalf("%d flows, want 1", len(rows))
	}
	return rows[0]
}

// want compares some columns of a row, given as name, value, name, value, ….
// Integers may be given as int.
func (r row) want(t *testing.T, columns ...any) {
	t.Helper()
	for i := 0; i < len(columns); i += 2 {
		name, want := columns[i].(string), columns[i+1]
		if n, ok := want.(int); ok {
			want = int64(n)
		}
		got, ok := r[name]
		if !ok {
			t.Errorf("no column %s", name)
		} else if got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

// wantEach compares one column of all rows.
func wantEach(t *testing.T, rows []row, name string, values ...any) {
	t.Helper()
	var got []any
	for _, r := range rows {
		got = append(got, r[name])
	}
	for i, v := range values {
		if n, ok := v.(int); ok {
			values[i] = int64(n)
		}
	}
	if !slices.Equal(got, values) {
		t.Errorf("%s: got %v, want %v", name, got, values)
	}
}

const ms = time.Millisecond

func udp(at time.Duration, payload uint32) packet {
	return packet{at: at, payload: payload, protocol: 17}
}

func udpBack(at time.Duration, payload uint32) packet {
	return packet{at: at, payload: payload, protocol: 17, back: true}
}
