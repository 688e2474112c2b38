package flow

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"weir/extract/decode"
)

// traffic makes random packets in time order: few hosts, TCP, UDP and ICMP,
// all flags, gaps from nothing to minutes.
func traffic(r *rand.Rand, n int) []decode.Header {
	headers := make([]decode.Header, n)
	at := epoch
	for i := range headers {
		switch r.IntN(600) {
		case 0:
			at += r.Int64N(int64(3 * time.Minute))
		case 1, 2, 3:
			at += int64(60 * time.Second) // exactly the timeout, and just past it
			at += int64(r.IntN(2))
		default:
			at += r.Int64N(int64(300 * time.Millisecond))
		}
		from := endpoint{addr: fmt.Sprintf("10.0.0.%d", 1+r.IntN(3)), port: uint16(1 + r.IntN(4))}
		to := endpoint{addr: "10.0.0.9", port: 80}
		if r.IntN(2) == 0 {
			from, to = to, from
		}
		protocol := []uint8{6, 6, 6, 17, 1}[r.IntN(5)]
		h := header(from, to, protocol, protocol != 1)
		h.Time, h.FrameLen, h.PayloadLen, h.Seq = at, uint32(60+r.IntN(1400)), uint32(r.IntN(3)), uint32(r.IntN(5))
		if h.TCP {
			h.Flags = []uint16{decode.SYN, decode.SYN | decode.ACK, decode.ACK, decode.ACK, decode.ACK | decode.PSH, decode.ACK | decode.FIN, decode.ACK, decode.RST}[r.IntN(8)]
		}
		headers[i] = h
	}
	return headers
}

// meter returns the rows of the headers, swept at some of the packets, with
// the amendment that Returned asks for.
func meter(headers []decode.Header, sweep func(i int) bool) []row {
	c := DefaultConfig()
	c.ActiveTimeout = 10 * time.Second
	t := NewTable(c, testOrigin, nil)
	ofPacket := map[int64]row{}
	take := func() {
		var packets []int64
		for _, f := range t.ended {
			packets = append(packets, f.Packet())
		}
		if len(packets) > 0 {
			slices.Sort(packets)
			for i, r := range rowsOf(t) {
				ofPacket[packets[i]] = r
			}
		}
		for _, p := range t.Returned() {
			ofPacket[p]["end_reason"] = "idle"
		}
	}
	for i := range headers {
		if sweep(i) {
			t.Sweep(headers[i].Time)
			take()
		}
		t.Add(&headers[i], int64(i))
	}
	t.Finish(EndEOF)
	take()
	var rows []row
	for _, p := range slices.Sorted(maps.Keys(ofPacket)) {
		rows = append(rows, ofPacket[p])
	}
	return rows
}

// On a capture in time order sweeping only frees memory.
func TestSweepChangesNothing(t *testing.T) {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 7))
		headers := traffic(r, 4000)
		want := meter(headers, func(int) bool { return false })
		reasons := map[any]int{}
		for _, w := range want {
			reasons[w["end_reason"]]++
		}
		for _, reason := range []string{"idle", "active", "fin", "rst", "new_syn", "eof"} {
			if reasons[reason] == 0 {
				t.Fatalf("seed %d: the traffic has no flow that ends by %s: %v", seed, reason, reasons)
			}
		}
		for name, sweep := range map[string]func(int) bool{
			"always":    func(int) bool { return true },
			"sometimes": func(int) bool { return r.IntN(50) == 0 },
			"rarely":    func(int) bool { return r.IntN(1000) == 0 },
		} {
			got := meter(headers, sweep)
			if len(got) != len(want) {
				t.Fatalf("seed %d, swept %s: %d flows, want %d", seed, name, len(got), len(want))
			}
			for i := range want {
				for column, w := range want[i] {
					if got[i][column] != w {
						t.Fatalf("seed %d, swept %s, flow %d: %s is %v, want %v", seed, name, i, column, got[i][column], w)
					}
				}
			}
		}
	}
}

func TestSweepFreesWhatIsIdle(t *testing.T) {
	table := NewTable(DefaultConfig(), testOrigin, nil)
	add := func(port uint16, at time.Duration) {
		p := udp(at, 1)
		h := p.header()
		h.Key.PortB = port
		h.Hash = hash(h.Key)
		table.Add(&h, int64(port)*1000+int64(at/time.Second))
	}
	add(1, 0)
	add(2, 0)
	add(2, 30*time.Second)
	table.Sweep(epoch + int64(60*time.Second))
	if table.Len() != 2 {
		t.Errorf("%d flows open after exactly the timeout, want 2", table.Len())
	}
	table.Sweep(epoch + int64(60*time.Second) + 1)
	if table.Len() != 1 || len(table.Ended()) != 1 {
		t.Errorf("%d flows open, want 1", table.Len())
	}
	table.Sweep(epoch + int64(90*time.Second) + 1)
	if table.Len() != 0 {
		t.Errorf("%d flows open, want 0", table.Len())
	}
	if got := table.Returned(); got != nil {
		t.Errorf("returned %v before any packet", got)
	}
	add(1, 200*time.Second)
	if got := table.Returned(); !slices.Equal(got, []int64{1000}) {
		t.Errorf("returned %v, want the first packet of the flow, 1000", got)
	}
	if got := table.Returned(); got != nil {
		t.Errorf("returned %v twice", got)
	}
	// The flow that came back is open as any other; it ends without a sweep
	// and so without an amendment.
	add(1, 210*time.Second)
	if table.Len() != 1 {
		t.Errorf("%d flows open, want 1", table.Len())
	}
	add(1, 300*time.Second)
	if got := table.Returned(); got != nil {
		t.Errorf("returned %v, want nothing", got)
	}
}

// A flow that had been closed is not amended: its reason stands.
func TestSweepOfClosedFlow(t *testing.T) {
	table := NewTable(DefaultConfig(), testOrigin, nil)
	for i, p := range []packet{{flags: "S"}, {flags: "R", back: true}} {
		h := p.header()
		table.Add(&h, int64(i))
	}
	table.Sweep(epoch + int64(time.Hour))
	wantEach(t, rowsOf(table), "end_reason", "rst")
	h := packet{at: 2 * time.Hour, flags: "S"}.header()
	table.Add(&h, 2)
	if got := table.Returned(); got != nil {
		t.Errorf("returned %v", got)
	}
}

// Updating a warm table allocates nothing.
func TestAddAllocatesNothing(t *testing.T) {
	headers := traffic(rand.New(rand.NewPCG(3, 4)), 1000)
	for i := range headers {
		headers[i].Time = epoch + int64(i)
		headers[i].Flags &^= decode.SYN | decode.FIN | decode.RST
	}
	table := NewTable(DefaultConfig(), testOrigin, nil)
	i := 0
	add := func() {
		table.Add(&headers[i%len(headers)], int64(i))
		i++
	}
	for range headers {
		add()
	}
	if n := testing.AllocsPerRun(5000, add); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// Flows that end are replaced without allocating, once their rows are taken.
func TestFlowsAreRecycled(t *testing.T) {
	table := NewTable(DefaultConfig(), testOrigin, nil)
	syn, rst := packet{flags: "S"}.header(), packet{flags: "R", back: true}.header()
	n := int64(0)
	flow := func() {
		table.Add(&syn, n)
		table.Add(&rst, n+1)
		n += 2
		table.Recycle(table.ended)
		table.ended = table.ended[:0]
	}
	for range 10_000 {
		flow()
	}
	// What is left is the growth of the wheel's bucket, a few bytes a flow.
	if n := testing.AllocsPerRun(5000, flow); n != 0 {
		t.Errorf("%v allocations a flow", n)
	}
}
