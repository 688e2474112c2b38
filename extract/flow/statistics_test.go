package flow

import (
	"math"
	"math/big"
	"testing"
	"time"

	"weir/extract/decode"
)

func TestDirectionIsOfTheFirstPacket(t *testing.T) {
	r := one(t, udpBack(0, 10), udp(ms, 20), udpBack(2*ms, 30))
	r.want(t,
		"src_ip", "10.0.0.2", "dst_ip", "192.168.1.9", "src_port", 443, "dst_port", 50000,
		"src_mac", "02:00:00:00:00:02", "dst_mac", "02:00:00:00:00:09",
		"fwd_packets", 2, "bwd_packets", 1,
		// 14 + 20 + 8 bytes of headers a packet
		"fwd_bytes", 124, "bwd_bytes", 62, "fwd_ip_bytes", 96, "bwd_ip_bytes", 48,
		"fwd_payload_bytes", 40, "bwd_payload_bytes", 20, "fwd_header_bytes", 16, "bwd_header_bytes", 8)
	r = one(t, udp(0, 10), udpBack(ms, 20))
	r.want(t, "src_ip", "192.168.1.9", "src_port", 50000, "dst_mac", "02:00:00:00:00:02", "fwd_payload_bytes", 10)
}

func TestEqualEndpointsAreForward(t *testing.T) {
	land := func(flags string) packet {
		return packet{edit: func(h *decode.Header) {
			h.Key.B, h.Key.PortB, h.Reverse = h.Key.A, h.Key.PortA, false
			h.Flags = h.Flags | decode.ACK
		}, flags: flags, back: true}
	}
	r := one(t, land("PA"), land("A"))
	r.want(t, "fwd_packets", 2, "bwd_packets", 0)
	r = one(t, land("SA"), land("A"))
	r.want(t, "fwd_packets", 2, "bwd_packets", 0)
}

// A flow whose first packet has SYN and ACK was opened by its receiver.
func TestTurnedFlow(t *testing.T) {
	r := one(t, packet{flags: "SA", back: true, payload: 7}, packet{at: ms, flags: "A"})
	r.want(t,
		"src_ip", "192.168.1.9", "dst_ip", "10.0.0.2", "src_port", 50000, "dst_port", 443,
		"src_mac", "02:00:00:00:00:09", "dst_mac", "02:00:00:00:00:02",
		"fwd_packets", 1, "bwd_packets", 1, "bwd_payload_bytes", 7, "history", "^hA")
	// A link address that is not known moves with the direction too.
	r = one(t, packet{flags: "SA", back: true, edit: func(h *decode.Header) { h.HasDstMAC = false }})
	r.want(t, "src_mac", nil, "dst_mac", "02:00:00:00:00:02")
	// A later slice, and a flow that is not TCP, are not turned.
	script := every(30*time.Second, 1830*time.Second, func(i int, at time.Duration) packet { return packet{at: at, flags: "A", back: true} })
	script[61].flags = "SA"
	rows := run(script...)
	wantEach(t, rows, "src_port", 443, 443)
	wantEach(t, rows, "history", "A", "H")
	r = one(t, packet{protocol: 17, flags: "SA", back: true})
	r.want(t, "src_port", 443)
}

// The standard deviation is the sample one: 0 of one value, null of none.
func TestLengths(t *testing.T) {
	r := one(t, udp(0, 2), udp(1, 4), udp(2, 9), udpBack(3, 9))
	near(t, r, "fwd_payload_len_std", math.Sqrt(13)) // mean 5, squares 9 + 1 + 16, by 2
	near(t, r, "payload_len_std", math.Sqrt(38./3))  // mean 6, squares 16 + 4 + 9 + 9, by 3
	near(t, r, "fwd_frame_len_std", math.Sqrt(13))
	near(t, r, "frame_len_std", math.Sqrt(38./3))
	r.want(t, "fwd_payload_len_min", 2, "fwd_payload_len_max", 9, "fwd_frame_len_min", 44, "fwd_frame_len_max", 51,
		"bwd_payload_len_min", 9, "bwd_payload_len_max", 9, "bwd_payload_len_std", 0., "bwd_frame_len_std", 0.,
		"fwd_data_packets", 3)
	r = one(t, udp(0, 0))
	r.want(t, "fwd_payload_len_min", 0, "fwd_payload_len_std", 0., "payload_len_std", 0., "frame_len_std", 0., "fwd_data_packets", 0,
		"bwd_payload_len_min", nil, "bwd_payload_len_max", nil, "bwd_payload_len_std", nil,
		"bwd_frame_len_min", nil, "bwd_frame_len_max", nil, "bwd_frame_len_std", nil)
	// Lengths as a hostile header may give them: mean 2^31, squares 2·2^62, by 1.
	r = one(t, udp(0, 0), packet{protocol: 17, payload: math.MaxUint32})
	near(t, r, "payload_len_std", math.MaxUint32/math.Sqrt2)
}

func near(t *testing.T, r row, name string, want float64) {
	t.Helper()
	if got, ok := r[name].(float64); !ok || math.Abs(got-want) > 1e-12*want {
		t.Errorf("%s: got %v, want %v", name, r[name], want)
	}
}

func TestInterArrivalTimes(t *testing.T) {
	r := one(t, udp(0, 1), udpBack(10*ms, 1), udp(30*ms, 1), udp(70*ms, 1))
	// All: 10, 20, 40 ms; forward: 30, 40 ms; backward: none.
	r.want(t,
		"flow_iat_total_us", 70_000, "flow_iat_min_us", 10_000, "flow_iat_max_us", 40_000,
		"fwd_iat_total_us", 70_000, "fwd_iat_min_us", 30_000, "fwd_iat_max_us", 40_000,
		"bwd_iat_total_us", nil, "bwd_iat_min_us", nil, "bwd_iat_max_us", nil, "bwd_iat_std_us", nil)
	near(t, r, "flow_iat_std_us", 1000*math.Sqrt(700./3)) // mean 70/3, squares 1400/3, by 2
	near(t, r, "fwd_iat_std_us", 1000*math.Sqrt(50))
	r = one(t, udp(0, 1), udpBack(3*ms, 1))
	r.want(t, "flow_iat_std_us", 0., "flow_iat_max_us", 3000, "fwd_iat_total_us", nil)
	// A gap of years: the squares need more than 64 bits.
	near(t, years(), "flow_iat_std_us", 1e9*3600*24*365*100/1000/math.Sqrt2)
}

// years is a flow of gaps of 0 and 100 years.
func years() row {
	c := DefaultConfig()
	c.IdleTimeout, c.ActiveTimeout = math.MaxInt64, 0
	return runWith(c, udp(0, 1), udp(0, 1), udp(100*365*24*time.Hour, 1))[0]
}

// Differences are taken in nanoseconds and then rounded down.
func TestRounding(t *testing.T) {
	r := one(t, udp(600, 1), udp(1500, 1), udp(2400, 1))
	// Gaps of 900 ns: their sum is 1.8 us although each rounds to 0.
	r.want(t, "start_time", epoch/1000, "end_time", epoch/1000+2, "duration_us", 1,
		"flow_iat_total_us", 1, "flow_iat_min_us", 0, "flow_iat_max_us", 0)
	// Before 1970 down is away from 0.
	r = one(t, udp(-time.Duration(epoch)-1, 1), udp(-time.Duration(epoch)-1, 1))
	r.want(t, "start_time", -1, "end_time", -1, "duration_us", 0)
	r = one(t, udp(-time.Duration(epoch)-2000, 1))
	r.want(t, "start_time", -2)
	r = one(t, udp(-time.Duration(epoch)-2001, 1), udp(-time.Duration(epoch)-2, 1))
	r.want(t, "start_time", -3, "end_time", -1, "duration_us", 1)
}

func TestDeviationIsExact(t *testing.T) {
	for _, values := range [][]int64{
		{5, 5, 5, 5},
		{0, math.MaxInt64},
		{1 << 62, 1 << 62, 1<<62 + 8}, // n·Σx² takes more than 128 bits
		{1 << 61, 1<<61 + 2, 1<<61 + 4},
		{math.MaxInt64, 1, 1, 1, 1, 1, 1, 1, 1, 1},
	} {
		var sq squares
		sum, exact := new(big.Int), new(big.Int)
		for _, v := range values {
			sq.add(uint64(v))
			x := big.NewInt(v)
			sum.Add(sum, x)
			exact.Add(exact, new(big.Int).Mul(x, x))
		}
		n := int64(len(values))
		v := exact.Mul(exact, big.NewInt(n))
		v.Sub(v, new(big.Int).Mul(sum, sum))
		f, _ := new(big.Float).SetInt(v).Float64()
		want := math.Sqrt(f / float64(n*(n-1)))
		if got := deviation(uint64(n), sum.Uint64(), sq); math.Abs(got-want) > 1e-12*want {
			t.Errorf("%v: got %v, want %v", values, got, want)
		}
	}
	// At the limit the squares stay, and the result is still a number.
	limit := squares{math.MaxUint64, math.MaxUint64}
	if got := limit.plus(squares{1, 0}); got != limit {
		t.Errorf("squares past their limit: %v", got)
	}
	var p periods
	for range 100 {
		p.add(math.MaxInt64)
	}
	if d := p.deviationUS(p.count); math.IsNaN(d) || math.IsInf(d, 0) {
		t.Errorf("deviation %v", d)
	}
}

// A gap longer than the activity timeout is an idle period; active periods
// count if they are longer than 0, the last one included.
func TestActivity(t *testing.T) {
	s := time.Second
	r := one(t, udp(0, 1), udp(5*s, 1)) // exactly the timeout
	r.want(t, "idle_count", 0, "idle_total_us", 0, "idle_min_us", nil, "idle_std_us", nil, "active_count", 1, "active_total_us", 5_000_000)
	r = one(t, udp(0, 1), udp(5*s+1, 1)) // two periods of length 0
	r.want(t, "idle_count", 1, "idle_total_us", 5_000_000, "idle_std_us", 0., "active_count", 0, "active_total_us", 0,
		"active_min_us", nil, "active_max_us", nil, "active_std_us", nil)
	r = one(t, udp(0, 1), udpBack(2*s, 1), udp(12*s, 1), udp(32*s, 1), udp(35*s, 1), udp(36*s, 1))
	r.want(t,
		"active_count", 2, "active_total_us", 6_000_000, "active_min_us", 2_000_000, "active_max_us", 4_000_000,
		"idle_count", 2, "idle_total_us", 30_000_000, "idle_min_us", 10_000_000, "idle_max_us", 20_000_000)
	near(t, r, "active_std_us", 1e6*math.Sqrt2)
	near(t, r, "idle_std_us", 1e7/math.Sqrt2)
	// From first to last packet in arrival order, not below 0.
	r = one(t, udp(4*s, 1), udp(0, 1))
	r.want(t, "active_count", 0)
	r = one(t, udp(4*s, 1), udp(0, 1), udp(5*s, 1))
	r.want(t, "active_count", 1, "active_total_us", 1_000_000)
	c := DefaultConfig()
	c.ActivityTimeout = s
	runWith(c, udp(0, 1), udp(2*s, 1))[0].want(t, "idle_count", 1)
}

func TestSubflows(t *testing.T) {
	s := time.Second
	one(t, udp(0, 1)).want(t, "subflow_count", 1)
	one(t, udp(0, 1), udp(s, 1)).want(t, "subflow_count", 1)
	one(t, udp(0, 1), udpBack(s+1, 1)).want(t, "subflow_count", 2)
	one(t, udp(0, 1), udpBack(2*s, 1), udp(2500*ms, 1), udp(9*s, 1)).want(t, "subflow_count", 3)
	c := DefaultConfig()
	c.SubflowTimeout = 3 * s
	runWith(c, udp(0, 1), udp(2*s, 1))[0].want(t, "subflow_count", 1)
}

func TestBulk(t *testing.T) {
	s := time.Second
	four := []packet{udp(0, 10), udp(s, 10), udp(2*s, 10), udp(3*s, 10)}
	one(t, four[:3]...).want(t, "fwd_bulk_count", 0, "fwd_bulk_packets", 0, "fwd_bulk_bytes", 0, "fwd_bulk_duration_us", 0)
	one(t, four...).want(t, "fwd_bulk_count", 1, "fwd_bulk_packets", 4, "fwd_bulk_bytes", 40, "fwd_bulk_duration_us", 3_000_000, "bwd_bulk_count", 0)

	// A gap of more than a second ends the run.
	one(t, udp(0, 10), udp(s, 10), udp(2*s, 10), udp(3*s+1, 10)).want(t, "fwd_bulk_count", 0)
	// Packets without payload neither count nor interrupt, nor do they bridge a gap.
	one(t, udp(0, 1), udp(1, 0), udpBack(2, 0), udp(3, 1), udp(4, 1)).want(t, "fwd_bulk_count", 0)
	one(t, udp(0, 1), udp(1, 0), udpBack(2, 0), udp(3, 1), udp(4, 1), udp(5, 1)).want(t, "fwd_bulk_count", 1, "fwd_bulk_packets", 4)
	one(t, udp(0, 1), udp(1, 1), udp(s, 0), udp(2*s, 1), udp(2*s+1, 1)).want(t, "fwd_bulk_count", 0)
	// Payload of the other direction interrupts, and ends a bulk that is one.
	one(t, udp(0, 1), udp(1, 1), udpBack(2, 1), udp(3, 1), udp(4, 1)).want(t, "fwd_bulk_count", 0)
	r := one(t, udp(0, 1), udp(1*ms, 1), udp(2*ms, 1), udp(3*ms, 1), udpBack(4*ms, 5), udpBack(5*ms, 5), udpBack(6*ms, 5), udpBack(7*ms, 5), udpBack(8*ms, 5),
		udp(9*ms, 2), udp(10*ms, 2), udp(11*ms, 2), udp(13*ms, 2))
	r.want(t, "fwd_bulk_count", 2, "fwd_bulk_packets", 8, "fwd_bulk_bytes", 12, "fwd_bulk_duration_us", 7_000,
		"bwd_bulk_count", 1, "bwd_bulk_packets", 5, "bwd_bulk_bytes", 25, "bwd_bulk_duration_us", 4_000)
	// From first to last packet in arrival order, not below 0.
	one(t, udp(9*ms, 1), udp(8*ms, 1), udp(7*ms, 1), udp(6*ms, 1)).want(t, "fwd_bulk_count", 1, "fwd_bulk_duration_us", 0)

	c := DefaultConfig()
	c.BulkPackets, c.BulkGap = 2, 2*s
	runWith(c, udp(0, 1), udp(2*s, 1))[0].want(t, "fwd_bulk_count", 1)
}

func TestHeaders(t *testing.T) {
	ip := func(back bool, ttl, dscp uint8, header uint16) packet {
		return packet{protocol: 17, back: back, edit: func(h *decode.Header) { h.TTL, h.DSCP, h.HeaderLen = ttl, dscp, header }}
	}
	r := one(t, ip(false, 64, 46, 8), ip(false, 63, 0, 0), ip(true, 128, 10, 8), ip(false, 65, 8, 8))
	r.want(t, "fwd_ttl_min", 63, "fwd_ttl_max", 65, "fwd_dscp", 46, "bwd_ttl_min", 128, "bwd_ttl_max", 128, "bwd_dscp", 10,
		"fwd_header_bytes", 16, "fwd_header_min", 0, "bwd_header_bytes", 8, "bwd_header_min", 8, "ip_version", 4)
	r = one(t, ip(false, 255, 0, 8))
	r.want(t, "fwd_ttl_max", 255, "bwd_ttl_min", nil, "bwd_ttl_max", nil, "bwd_dscp", nil, "bwd_header_bytes", 0, "bwd_header_min", nil)
}
