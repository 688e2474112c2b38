package flow

import (
	"testing"
	"time"

	"weir/extract/decode"
)

func TestFlagColumns(t *testing.T) {
	r := one(t, packet{flags: "S"}, packet{at: 1, flags: "SA", back: true}, packet{at: 2, flags: "A"},
		packet{at: 3, flags: "PA", back: true}, packet{at: 4, flags: "FPAUECN", back: true}, packet{at: 5, flags: "SEC"}, packet{at: 6, flags: "RA"})
	for name, want := range map[string][2]int64{
		"fin": {0, 1}, "syn": {2, 1}, "rst": {1, 0}, "psh": {0, 2}, "ack": {2, 3}, "urg": {0, 1}, "cwr": {1, 1}, "ece": {1, 1},
	} {
		r.want(t, "fwd_"+name+"_packets", want[0], "bwd_"+name+"_packets", want[1])
	}
	r.want(t, "syn_only_packets", 2)
	udpFlow := one(t, udp(0, 1))
	for _, name := range []string{"fin", "syn", "rst", "psh", "ack", "urg", "cwr", "ece"} {
		udpFlow.want(t, "fwd_"+name+"_packets", nil, "bwd_"+name+"_packets", nil)
	}
	udpFlow.want(t, "syn_only_packets", nil, "tcp_flags", nil, "conn_state", nil, "history", nil,
		"fwd_init_win_bytes", nil, "fwd_win_scale", nil, "fwd_mss", nil, "handshake_rtt_us", nil, "syn_ack_rtt_us", nil,
		"fwd_retransmitted_packets", nil, "fwd_out_of_order_packets", nil, "fwd_zero_window_packets", nil)
}

func TestFlagSets(t *testing.T) {
	var script []packet
	for i, f := range []string{"S", "SA", "A", "PA", "FA", "A", "S"} {
		script = append(script, packet{at: time.Duration(i), flags: f, back: i%2 == 1})
	}
	one(t, script...).want(t, "tcp_flags", "A,FA,PA,S,SA")

	// More than are kept at hand; the counts hold for all.
	script = nil
	for i, f := range []string{"S", "SA", "A", "PA", "PAU", "AE", "EC", "N", "RPA", "", "RPA", "N"} {
		script = append(script, packet{at: time.Duration(i), flags: f})
	}
	r := one(t, script...)
	r.want(t, "tcp_flags", ",A,AE,EC,N,PA,PAU,RPA,S,SA",
		"fwd_psh_packets", 4, "fwd_ack_packets", 7, "fwd_ece_packets", 2, "fwd_cwr_packets", 1, "fwd_rst_packets", 2, "syn_only_packets", 1)
	one(t, packet{}).want(t, "tcp_flags", "", "history", "", "conn_state", "OTH", "fwd_ack_packets", 0)

	// Synonly also counts beyond those at hand, and the next flow starts anew.
	rows := run(append(script, packet{at: time.Second, flags: "S", seq: 1}, packet{at: time.Second, flags: "A"})...)
	wantEach(t, rows[1:], "tcp_flags", "A,S")
	script = nil
	for i, f := range []string{"A", "PA", "FA", "PAU", "AE", "N", "S", "SA", "SE", "S"} {
		script = append(script, packet{at: time.Duration(i), flags: f, back: f == "SE"})
	}
	one(t, script...).want(t, "syn_only_packets", 3)
}

func TestHandshake(t *testing.T) {
	syn := func(at time.Duration) packet { return packet{at: at, flags: "S"} }
	answer := func(at time.Duration) packet { return packet{at: at, flags: "SA", back: true} }
	ack := func(at time.Duration) packet { return packet{at: at, flags: "A"} }
	type null = any
	for _, c := range []struct {
		name               string
		script             []packet
		synAck, handshaken null
	}{
		{"complete", []packet{syn(0), answer(30 * ms), ack(50 * ms)}, 30_000, 50_000},
		{"rounded down", []packet{syn(0), answer(1999), ack(2999)}, 1, 2},
		{"no ACK", []packet{syn(0), answer(ms)}, 1000, nil},
		{"no SYN+ACK", []packet{syn(0), ack(ms)}, nil, nil},
		{"no SYN", []packet{answer(0), ack(ms)}, nil, nil},
		{"the last SYN before", []packet{syn(0), syn(10 * ms), answer(30 * ms), ack(50 * ms)}, 20_000, 40_000},
		{"a SYN after changes nothing", []packet{syn(0), answer(30 * ms), syn(40 * ms), ack(50 * ms)}, 30_000, 50_000},
		{"the first SYN+ACK", []packet{syn(0), answer(30 * ms), answer(40 * ms), ack(50 * ms)}, 30_000, 50_000},
		{"the first ACK", []packet{syn(0), answer(30 * ms), ack(50 * ms), ack(60 * ms)}, 30_000, 50_000},
		{"with data", []packet{syn(0), answer(30 * ms), {at: 50 * ms, flags: "PA", payload: 1}}, 30_000, 50_000},
		{"not the ACK of the responder", []packet{syn(0), answer(30 * ms), {at: 40 * ms, flags: "A", back: true}, ack(50 * ms)}, 30_000, 50_000},
		{"not a SYN+ACK", []packet{syn(0), answer(30 * ms), {at: 40 * ms, flags: "SA"}, ack(50 * ms)}, 30_000, 50_000},
		{"not a RST", []packet{syn(0), answer(30 * ms), {at: 40 * ms, flags: "RA"}, ack(50 * ms)}, 30_000, 50_000},
		{"RST only", []packet{syn(0), answer(30 * ms), {at: 40 * ms, flags: "RA"}}, 30_000, nil},
		{"SYN after the first SYN+ACK", []packet{{flags: "A"}, answer(ms), syn(2 * ms), answer(3 * ms)}, nil, nil},
		{"time runs backwards", []packet{syn(30 * ms), answer(10 * ms), ack(20 * ms)}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			one(t, c.script...).want(t, "syn_ack_rtt_us", c.synAck, "handshake_rtt_us", c.handshaken)
		})
	}
}

func TestOptionsAndWindows(t *testing.T) {
	options := func(mss uint16, scale uint8) func(*decode.Header) {
		return func(h *decode.Header) {
			h.MSS, h.HasMSS, h.WindowScale, h.HasWindowScale = mss, true, scale, true
		}
	}
	r := one(t,
		packet{flags: "S", window: 64240},
		packet{at: 1, flags: "SA", back: true, window: 65535, edit: options(1400, 0)},
		packet{at: 2, flags: "S", window: 500, edit: options(1460, 7)},
		packet{at: 3, flags: "SA", back: true, window: 1, edit: options(536, 3)},
		packet{at: 4, flags: "S", window: 500, edit: options(9000, 14)})
	r.want(t, "fwd_init_win_bytes", 64240, "bwd_init_win_bytes", 65535,
		"fwd_win_scale", 7, "bwd_win_scale", 0, "fwd_mss", 1460, "bwd_mss", 1400)
	// Options of packets without SYN mean nothing.
	r = one(t, packet{flags: "A", edit: options(1460, 7)})
	r.want(t, "fwd_win_scale", nil, "fwd_mss", nil, "bwd_win_scale", nil, "bwd_mss", nil, "bwd_init_win_bytes", nil)
	// The window of the first packet that has one, 0 included.
	zero := func(h *decode.Header) { h.Window = 0 }
	cut := func(h *decode.Header) { h.TCP, h.Window = false, 0 }
	one(t, packet{flags: "A", edit: zero}, packet{at: 1, flags: "A"}).want(t, "fwd_init_win_bytes", 0)
	one(t, packet{edit: cut}, packet{at: 1, flags: "A", window: 77}).want(t, "fwd_init_win_bytes", 77)
	one(t, packet{edit: cut}).want(t, "fwd_init_win_bytes", nil, "conn_state", "OTH")
}

func TestZeroWindow(t *testing.T) {
	zero := func(flags string, back bool) packet {
		return packet{flags: flags, back: back, edit: func(h *decode.Header) { h.Window = 0 }}
	}
	r := one(t, zero("A", false), zero("PA", false), packet{flags: "A"}, zero("A", true), zero("S", false), zero("SA", true), zero("FA", false), zero("RA", false))
	r.want(t, "fwd_zero_window_packets", 2, "bwd_zero_window_packets", 1)
}

func TestSequence(t *testing.T) {
	data := func(seq, n uint32) packet { return packet{flags: "PA", seq: seq, payload: n} }
	f := func(flags string, seq uint32) packet { return packet{flags: flags, seq: seq} }
	for _, c := range []struct {
		name         string
		script       []packet
		again, mixed int
	}{
		{"in order", []packet{f("S", 99), data(100, 10), data(110, 10), f("FA", 120)}, 0, 0},
		{"pure ACKs take no space", []packet{data(100, 10), f("A", 110), f("A", 110), f("A", 100), f("A", 50)}, 0, 0},
		{"payload again", []packet{data(100, 10), data(110, 10), data(100, 10), data(110, 10)}, 2, 0},
		{"part again", []packet{data(100, 10), data(105, 2)}, 1, 0},
		{"part again and more", []packet{data(100, 10), data(105, 10), data(115, 5), data(110, 5)}, 2, 0},
		{"SYN again", []packet{f("S", 99), f("S", 99)}, 1, 0},
		{"FIN again", []packet{f("FA", 99), f("FA", 99)}, 1, 0},
		{"FIN takes space", []packet{data(100, 10), f("FA", 110), data(111, 1)}, 0, 0},
		{"RST takes none", []packet{data(100, 10), f("R", 50), f("R", 110), f("R", 0)}, 0, 0},
		{"RST tells no number", []packet{f("R", 500), data(100, 10), data(110, 10)}, 0, 0},
		{"gap filled", []packet{data(100, 10), data(120, 10), data(110, 10)}, 0, 1},
		{"gap filled twice", []packet{data(100, 10), data(120, 10), data(110, 10), data(110, 10)}, 1, 1},
		{"gap filled in parts, from the left", []packet{data(100, 10), data(130, 10), data(110, 10), data(120, 10), data(115, 10)}, 1, 2},
		{"gap filled in parts, from the right", []packet{data(100, 10), data(130, 10), data(120, 10), data(110, 10), data(115, 10)}, 1, 2},
		{"gap filled in the middle", []packet{data(100, 10), data(140, 10), data(120, 10), data(110, 10), data(130, 10), data(120, 10)}, 1, 3},
		{"two gaps filled by one packet", []packet{data(100, 10), data(120, 10), data(140, 10), data(110, 30), data(130, 10)}, 1, 1},
		{"gap filled by more than the gap", []packet{data(100, 10), data(120, 10), data(105, 20)}, 0, 1},
		{"an ACK opens no gap", []packet{data(100, 10), f("A", 200), data(110, 10)}, 0, 0},
		{"an ACK may be the first", []packet{f("A", 100), data(100, 10), data(90, 10)}, 1, 0},
		{"keep-alive of one byte", []packet{data(100, 10), data(109, 1), data(109, 1)}, 0, 0},
		{"keep-alive of none", []packet{data(100, 10), f("A", 109)}, 0, 0},
		{"two bytes are no keep-alive", []packet{data(100, 10), data(108, 2)}, 1, 0},
		{"one byte further below is none", []packet{data(100, 10), data(108, 1)}, 1, 0},
		{"one byte below and one above is none", []packet{data(100, 10), data(109, 2)}, 1, 0},
		{"a FIN is none", []packet{data(100, 10), f("FA", 110), f("FA", 110)}, 1, 0},
		{"numbers wrap around", []packet{data(0xfffffff0, 0x10), data(0, 10), data(0xfffffff0, 0x10), data(20, 10), data(10, 10)}, 1, 1},
		{"a gap across the wrap", []packet{data(0xfffffff0, 8), data(8, 8), data(0xfffffff8, 16), data(0xfffffff8, 16)}, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			one(t, c.script...).want(t,
				"fwd_retransmitted_packets", c.again, "fwd_out_of_order_packets", c.mixed,
				"bwd_retransmitted_packets", 0, "bwd_out_of_order_packets", 0)
			// The numbers of the other direction do not matter.
			one(t, append([]packet{{flags: "A", back: true, seq: 105}}, c.script...)...).want(t,
				"bwd_retransmitted_packets", c.again, "bwd_out_of_order_packets", c.mixed,
				"fwd_retransmitted_packets", 0, "fwd_out_of_order_packets", 0)
		})
	}
}

// Of more gaps than are kept the two oldest become one: what fills them is out of
// order as ever, and so is what lies between them, if it comes again.
func TestSequenceJoinsTheOldestGaps(t *testing.T) {
	gaps := func(n uint32) []packet {
		var script []packet
		for i := range n + 1 {
			script = append(script, packet{flags: "A", seq: 20 * i, payload: 10})
		}
		for i := range n {
			script = append(script, packet{flags: "A", seq: 20*i + 10, payload: 10})
		}
		return script
	}
	again := func(seq uint32) packet { return packet{flags: "A", seq: seq, payload: 10} }
	one(t, gaps(8)...).want(t, "fwd_out_of_order_packets", 8, "fwd_retransmitted_packets", 0)
	one(t, append(gaps(8), again(20))...).want(t, "fwd_out_of_order_packets", 8, "fwd_retransmitted_packets", 1)
	one(t, gaps(9)...).want(t, "fwd_out_of_order_packets", 9, "fwd_retransmitted_packets", 0)
	one(t, append(gaps(9), again(20), again(40))...).want(t, "fwd_out_of_order_packets", 10, "fwd_retransmitted_packets", 1)
	one(t, gaps(40)...).want(t, "fwd_out_of_order_packets", 40, "fwd_retransmitted_packets", 0)
	// A gap is not split where there is no room for another.
	split := append(gaps(8)[:9], packet{flags: "A", seq: 73, payload: 2}, packet{flags: "A", seq: 73, payload: 2},
		packet{flags: "A", seq: 70, payload: 3}, packet{flags: "A", seq: 75, payload: 5}, again(70), again(10))
	one(t, split...).want(t, "fwd_out_of_order_packets", 6, "fwd_retransmitted_packets", 0)
}
