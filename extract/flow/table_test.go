package flow

import (
	"math"
	"testing"
	"time"

	"weir/extract/decode"
)

func TestIdleTimeout(t *testing.T) {
	wantEach(t, run(udp(0, 1), udp(60*time.Second, 1)), "end_reason", "eof")
	rows := run(udp(0, 1), udpBack(60*time.Second+1, 1))
	wantEach(t, rows, "end_reason", "idle", "eof")
	wantEach(t, rows, "src_port", 50000, 443) // the direction is found anew
	wantEach(t, rows, "slice", 0, 0)
	// Idle counts from the latest timestamp, not from the last packet.
	wantEach(t, run(udp(0, 1), udp(50*time.Second, 1), udp(10*time.Second, 1), udp(110*time.Second, 1)), "end_reason", "eof")
	wantEach(t, run(udp(0, 1), udp(50*time.Second, 1), udp(10*time.Second, 1), udp(110*time.Second+1, 1)), "end_reason", "idle", "eof")
}

func TestIdleTimeoutIsAnOption(t *testing.T) {
	c := DefaultConfig()
	c.IdleTimeout = time.Second
	wantEach(t, runWith(c, udp(0, 1), udp(time.Second, 1), udp(2*time.Second+1, 1)), "end_reason", "idle", "eof")
}

// every returns packets of both directions in turn, so far apart.
func every(gap, until time.Duration, make func(i int, at time.Duration) packet) []packet {
	var script []packet
	for at := time.Duration(0); at <= until; at += gap {
		script = append(script, make(len(script), at))
	}
	return script
}

func TestActiveTimeout(t *testing.T) {
	talk := func(i int, at time.Duration) packet {
		return packet{at: at, payload: 1, protocol: 17, back: i%2 == 1}
	}
	script := every(30*time.Second, 1800*time.Second, talk)
	wantEach(t, run(script...), "end_reason", "eof") // exactly the timeout

	// One nanosecond more cuts; the next slice begins with a packet of the
	// responder and keeps the direction.
	script[60].at++
	script[60].back = true
	rows := run(script...)
	wantEach(t, rows, "end_reason", "active", "eof")
	wantEach(t, rows, "slice", 0, 1)
	wantEach(t, rows, "src_port", 50000, 50000)
	wantEach(t, rows, "fwd_packets", 30, 0)
	wantEach(t, rows, "bwd_packets", 30, 1)
	// A slice starts with fresh state.
	rows[1].want(t, "flow_iat_total_us", nil, "duration_us", 0, "subflow_count", 1, "idle_count", 0, "active_count", 0)
	// Link addresses stand in the flow's direction.
	wantEach(t, rows, "src_mac", "02:00:00:00:00:09", "02:00:00:00:00:09")
	wantEach(t, rows, "dst_mac", "02:00:00:00:00:02", "02:00:00:00:00:02")
}

func TestActiveTimeoutCountsSlices(t *testing.T) {
	talk := func(i int, at time.Duration) packet { return udp(at, 1) }
	// Slices begin at 0, 1830, 3660 s.
	rows := run(every(30*time.Second, 4000*time.Second, talk)...)
	wantEach(t, rows, "slice", 0, 1, 2)
	wantEach(t, rows, "end_reason", "active", "active", "eof")
	wantEach(t, rows, "fwd_packets", 61, 61, 12)
	// Any other end starts again at 0.
	rows = run(append(every(30*time.Second, 2000*time.Second, talk), udp(2100*time.Second, 1))...)
	wantEach(t, rows, "slice", 0, 1, 0)
	wantEach(t, rows, "end_reason", "active", "idle", "eof")

	c := DefaultConfig()
	c.ActiveTimeout = 0
	wantEach(t, runWith(c, every(30*time.Second, 4000*time.Second, talk)...), "end_reason", "eof")
	c.ActiveTimeout = 10 * time.Minute
	wantEach(t, runWith(c, every(30*time.Second, 1000*time.Second, talk)...), "slice", 0, 1)
}

// The active timeout counts from the first packet in arrival order, not from
// the earliest.
func TestActiveTimeoutCountsFromFirstPacket(t *testing.T) {
	script := every(30*time.Second, 1800*time.Second, func(i int, at time.Duration) packet { return udp(at, 1) })
	script[1].at = -100 * time.Second
	wantEach(t, run(script...), "end_reason", "eof")
	script[60].at++
	wantEach(t, run(script...), "end_reason", "active", "eof")
}

func TestClosedFlowIsNotCut(t *testing.T) {
	script := []packet{{flags: "PA", payload: 1}, {at: ms, flags: "R", back: true}}
	script = append(script, every(30*time.Second, 2000*time.Second, func(i int, at time.Duration) packet {
		return packet{at: at + 2*ms, flags: "A"}
	})...)
	wantEach(t, run(script...), "end_reason", "rst")
}

// A packet may meet several rules: idle is judged first, then SYN, then active.
func TestOrderOfJudging(t *testing.T) {
	data := packet{flags: "PA", payload: 1}
	syn := packet{flags: "S", seq: 9}
	syn.at = 61 * time.Second
	wantEach(t, run(data, syn), "end_reason", "idle", "eof")

	script := every(30*time.Second, 1800*time.Second, func(i int, at time.Duration) packet {
		return packet{at: at, flags: "PA", payload: 1}
	})
	syn.at, syn.back = 1801*time.Second, true
	rows := run(append(script, syn)...)
	wantEach(t, rows, "end_reason", "new_syn", "eof")
	wantEach(t, rows, "slice", 0, 0)
	wantEach(t, rows, "src_port", 50000, 443)
}

func TestClosing(t *testing.T) {
	open := packet{flags: "PA", payload: 10}
	fin, finBack := packet{at: ms, flags: "FA"}, packet{at: 2 * ms, flags: "FA", back: true}
	rst, both := packet{at: ms, flags: "R", back: true}, packet{at: 2 * ms, flags: "FR", back: true}
	ack := packet{at: 3 * ms, flags: "A"}
	for _, c := range []struct {
		name   string
		script []packet
		want   string
	}{
		{"no close", []packet{open, ack}, "eof"},
		{"one FIN", []packet{open, fin, ack}, "eof"},
		{"two FINs of one direction", []packet{open, fin, fin}, "eof"},
		{"both FINs", []packet{open, fin, finBack}, "fin"},
		{"both FINs, last ACK", []packet{open, fin, finBack, ack}, "fin"},
		{"RST", []packet{open, rst}, "rst"},
		{"RST after FIN", []packet{open, fin, rst}, "rst"},
		{"RST after both FINs", []packet{open, fin, finBack, rst}, "fin"},
		{"FINs after RST", []packet{open, rst, fin, finBack}, "rst"},
		{"RST with the second FIN", []packet{open, fin, both}, "rst"},
		{"RST as the first packet", []packet{rst, ack}, "rst"},
	} {
		t.Run(c.name, func(t *testing.T) { wantEach(t, run(c.script...), "end_reason", c.want) })
	}
}

// A closed flow keeps taking packets, names what closed it however it leaves
// the table, and ends with any SYN without ACK.
func TestClosedFlow(t *testing.T) {
	closed := []packet{{flags: "S", seq: 5}, {at: ms, flags: "R", back: true}}
	rows := run(append(closed, packet{at: 50 * time.Second, flags: "PA", payload: 3}, packet{at: 100 * time.Second, flags: "SA", back: true})...)
	wantEach(t, rows, "end_reason", "rst")
	wantEach(t, rows, "fwd_packets", 2)
	rows = run(append(closed, packet{at: 70 * time.Second, flags: "A"})...)
	wantEach(t, rows, "end_reason", "rst", "eof") // not idle
	// Also the same SYN again, and without payload before.
	rows = run(append(closed, packet{at: 2 * ms, flags: "S", seq: 5})...)
	wantEach(t, rows, "end_reason", "rst", "eof")
	wantEach(t, rows, "slice", 0, 0)
}

func TestNewSYN(t *testing.T) {
	syn := packet{flags: "S", seq: 100}
	answer := packet{at: ms, flags: "SA", seq: 900, back: true}
	data := packet{at: 2 * ms, flags: "PA", seq: 101, payload: 5}
	at := func(flags string, seq uint32, back bool) packet {
		return packet{at: 5 * ms, flags: flags, seq: seq, back: back}
	}
	for _, c := range []struct {
		name   string
		script []packet
		want   []any
	}{
		{"another number", []packet{syn, answer, data, at("S", 101, false)}, []any{"new_syn", "eof"}},
		{"retransmitted", []packet{syn, answer, data, at("S", 100, false)}, []any{"eof"}},
		{"no payload yet", []packet{syn, answer, at("S", 101, false)}, []any{"eof"}},
		{"payload of the responder", []packet{syn, answer, {at: 2 * ms, flags: "PA", payload: 1, back: true}, at("S", 101, false)}, []any{"new_syn", "eof"}},
		{"with ACK", []packet{syn, answer, data, at("SA", 7, false)}, []any{"eof"}},
		{"direction without SYN", []packet{{flags: "PA", payload: 5}, at("S", 0, false)}, []any{"new_syn", "eof"}},
		{"other direction without SYN", []packet{syn, data, at("S", 100, true)}, []any{"new_syn", "eof"}},
		{"SYN+ACK is the last SYN", []packet{syn, answer, data, at("S", 900, true)}, []any{"eof"}},
		{"not the last SYN+ACK", []packet{syn, answer, data, at("S", 901, true)}, []any{"new_syn", "eof"}},
		{"the last SYN counts", []packet{syn, {at: ms, flags: "S", seq: 200}, data, at("S", 100, false)}, []any{"new_syn", "eof"}},
		{"payload in the SYN", []packet{{flags: "S", seq: 100, payload: 9}, at("S", 101, false)}, []any{"new_syn", "eof"}},
	} {
		t.Run(c.name, func(t *testing.T) { wantEach(t, run(c.script...), "end_reason", c.want...) })
	}
}

// Only TCP headers close and open flows: a later fragment has none.
func TestFragmentsOfTCPHaveNoFlags(t *testing.T) {
	later := packet{at: ms, payload: 8, edit: func(h *decode.Header) {
		h.TCP, h.HasTransport, h.Fragment, h.HeaderLen = false, false, true, 0
		h.Flags = decode.SYN | decode.RST // meaningless
	}}
	r := one(t, packet{flags: "PA", payload: 8, seq: 1}, later)
	r.want(t, "end_reason", "eof", "fragments", 1, "tcp_flags", "PA", "fwd_header_min", 0, "fwd_header_bytes", 20, "fwd_payload_bytes", 16, "fwd_data_packets", 2)
}

// Timestamps before the last are counted in arrival order; they close nothing
// and make no negative numbers.
func TestTimeRunsBackwards(t *testing.T) {
	r := one(t, udp(10*time.Second, 1), udp(4*time.Second, 1), udp(-3000*time.Second, 1), udp(10500*ms, 1))
	r.want(t,
		"start_time", (epoch-int64(3000*time.Second))/1000, "end_time", (epoch+int64(10500*ms))/1000,
		"duration_us", 3010_500_000,
		"flow_iat_min_us", 0, "flow_iat_max_us", 3010_500_000, "flow_iat_total_us", 3010_500_000,
		"fwd_iat_total_us", 3010_500_000, "subflow_count", 2, "idle_count", 1, "active_count", 0)
}

// The times of a capture may be as far apart as 64 bits allow.
func TestExtremeTimes(t *testing.T) {
	at := func(ns int64) packet { return udp(time.Duration(ns), 1) }
	first, last := at(0), at(0)
	first.edit = func(h *decode.Header) { h.Time = math.MinInt64 }
	last.edit = func(h *decode.Header) { h.Time = math.MaxInt64 }
	wantEach(t, run(first, last), "end_reason", "idle", "eof")
	script := []packet{last}
	for range 5 {
		script = append(script, first, last)
	}
	r := one(t, script...)
	r.want(t, "duration_us", math.MaxInt64/1000, "flow_iat_min_us", 0, "flow_iat_max_us", math.MaxInt64/1000, "flow_iat_total_us", math.MaxInt64/1000, "idle_count", 5)
	if std := r["flow_iat_std_us"].(float64); math.IsNaN(std) || math.IsInf(std, 0) || std < 0 {
		t.Errorf("flow_iat_std_us: %v", std)
	}

	// Nothing can be swept before the beginning of time.
	table := NewTable(DefaultConfig(), testOrigin, nil)
	h := udp(0, 1).header()
	table.Add(&h, 0)
	table.Sweep(math.MinInt64)
	if table.Len() != 1 {
		t.Error("the earliest clock of all ended a flow")
	}
}

func TestEndReasonsOfFinish(t *testing.T) {
	for reason, name := range map[EndReason]string{EndEOF: "eof", EndStop: "stop", EndEvicted: "evicted"} {
		table := NewTable(DefaultConfig(), testOrigin, nil)
		h := udp(0, 1).header()
		table.Add(&h, 0)
		table.Finish(reason)
		if table.Len() != 0 {
			t.Errorf("%d flows open after Finish", table.Len())
		}
		wantEach(t, rowsOf(table), "end_reason", name)
	}
}
