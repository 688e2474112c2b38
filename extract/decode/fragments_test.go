package decode_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"weir/extract/decode"
)

// fragment4 is an IPv4 fragment of a UDP datagram from client to server, whose
// first fragment begins with the ports 1000 and 53. offset is in units of 8 bytes.
func fragment4(t testing.TB, offset uint16, more bool, n int) []byte {
	ip := ip4(layers.IPProtocolUDP)
	ip.FragOffset = offset
	if more {
		ip.Flags = layers.IPv4MoreFragments
	}
	payload := make([]byte, n)
	if offset == 0 {
		binary.BigEndian.PutUint16(payload, 1000)
		binary.BigEndian.PutUint16(payload[2:], 53)
	}
	return frame(t, ip, gopacket.Payload(payload))
}

// fragment6 is an IPv6 fragment of a UDP datagram.
func fragment6(t testing.TB, id uint32, offset uint16, more bool) []byte {
	payload := make([]byte, 16)
	if offset == 0 {
		binary.BigEndian.PutUint16(payload, 1000)
		binary.BigEndian.PutUint16(payload[2:], 53)
	}
	header := []byte{17, 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(header[2:], offset<<3)
	if more {
		header[3] |= 1
	}
	binary.BigEndian.PutUint32(header[4:], id)
	return frame(t, ip6(44), gopacket.Payload(join(header, payload)))
}

// arrival is a packet of a capture: when it came, and its bytes on a raw IP link.
type arrival struct {
	at    time.Duration
	bytes []byte
}

// resolved decodes packets and resolves their fragments, one call a packet.
func resolved(t *testing.T, table *decode.Fragments, packets ...arrival) (out []decode.Header) {
	t.Helper()
	d := decode.New(decode.Options{Decap: true})
	for _, p := range packets {
		h := []decode.Header{{Time: int64(p.at)}}
		table.Resolve(h, d.Decode(101, p.bytes, uint32(len(p.bytes)), 0, &h[0], nil))
		out = append(out, h[0])
	}
	return out
}

func TestLaterFragmentJoinsFirst(t *testing.T) {
	first, later := fragment4(t, 0, true, 64), fragment4(t, 8, false, 40)
	for _, c := range []struct {
		name  string
		after time.Duration
		want  string
	}{
		{"at once", 0, plain4},
		{"after 30 s", 30 * time.Second, plain4},
		{"after more", 30*time.Second + 1, "10.0.0.1|null > 10.0.0.2|null udp type null in null"},
		{"with an earlier time", -time.Hour, plain4},
	} {
		var table decode.Fragments
		h := resolved(t, &table, arrival{0, first}, arrival{c.after, later})
		if got := text(h[1]); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
		if h[1].IPLen != 60 || h[1].HeaderLen != 0 || h[1].PayloadLen != 40 || !h[1].Fragment || h[1].HasTransport {
			t.Errorf("%s: the later fragment lost its own lengths: %+v", c.name, h[1])
		}
		if joined := c.want == plain4; joined != (h[0].Key == h[1].Key && h[0].Hash == h[1].Hash) {
			t.Errorf("%s: key and hash are not those of the first", c.name)
		}
	}
}

func TestTimeRunsFromTheFirstFragment(t *testing.T) {
	var table decode.Fragments
	first, later := fragment4(t, 0, true, 64), fragment4(t, 8, true, 40)
	h := resolved(t, &table, arrival{0, first}, arrival{20 * time.Second, later}, arrival{40 * time.Second, later},
		arrival{50 * time.Second, first}, arrival{80 * time.Second, later})
	for i, want := range []bool{true, true, false, true, true} {
		if h[i].Key.Ports != want {
			t.Errorf("packet %d: ports known = %t, want %t", i, h[i].Key.Ports, want)
		}
	}
}

func TestFragmentKeyTellsDatagramsApart(t *testing.T) {
	var table decode.Fragments
	other := fragment4(t, 8, false, 40)
	other[5]++ // identification
	protocol := fragment4(t, 8, false, 40)
	protocol[9] = 6
	back := fragment4(t, 8, false, 40)
	copy(back[12:], join(server4, client4))
	packets := []arrival{{0, fragment4(t, 0, true, 64)}, {0, other}, {0, protocol}, {0, back}}
	for i, h := range resolved(t, &table, packets...)[1:] {
		if h.Key.Ports {
			t.Errorf("packet %d joined a datagram that is not its own", i)
		}
	}
}

func TestFragmentsIPv6(t *testing.T) {
	var table decode.Fragments
	h := resolved(t, &table, arrival{0, fragment6(t, 1<<20, 0, true)}, arrival{0, fragment6(t, 1<<20, 2, false)},
		arrival{0, fragment6(t, 5, 2, false)}, arrival{0, fragment6(t, 1<<20, 0, false)})
	for i, want := range []string{plain6, plain6, "2001:db8::1|null > 2001:db8::2|null udp type null in null", plain6} {
		if got := text(h[i]); got != want {
			t.Errorf("packet %d: got %s, want %s", i, got, want)
		}
		if h[i].Fragment != (i < 3) {
			t.Errorf("packet %d: fragment = %t; an atomic fragment is none", i, h[i].Fragment)
		}
	}
	if h[0].IPLen != 64 || h[0].HeaderLen != 8 || h[0].PayloadLen != 8 || h[1].PayloadLen != 16 {
		t.Errorf("lengths %d %d %d %d, want 64 8 8 16", h[0].IPLen, h[0].HeaderLen, h[0].PayloadLen, h[1].PayloadLen)
	}
}

// TestOuterFragmentJoinsInnerFlow: the first fragment of a GRE packet shows the
// inner packet; a later one shows nothing of it.
func TestOuterFragmentJoinsInnerFlow(t *testing.T) {
	gre := []byte{0x20, 0, 8, 0, 0, 0, 0, 99}
	inner := plain(t, 4)
	copy(inner[12:], join(server4, client4)) // against the direction of the carrier
	first := ip4(layers.IPProtocolGRE)
	first.Flags = layers.IPv4MoreFragments
	later := ip4(layers.IPProtocolGRE)
	later.FragOffset = 6
	var table decode.Fragments
	h := resolved(t, &table, arrival{0, frame(t, first, gopacket.Payload(join(gre, inner)))}, arrival{0, frame(t, later, data(11))})
	for i := range h {
		if got := text(h[i]); got != "10.0.0.2|1000 > 10.0.0.1|53 udp type null in gre" || !h[i].Reverse {
			t.Errorf("packet %d: got %s, reverse %t", i, got, h[i].Reverse)
		}
		if !h[i].Fragment || !h[i].HasTunnelID || h[i].TunnelID != 99 {
			t.Errorf("packet %d: fragment %t, tunnel id %d", i, h[i].Fragment, h[i].TunnelID)
		}
	}
	if h[0].IPLen != 33 || h[1].IPLen != 31 || h[1].PayloadLen != 11 {
		t.Errorf("lengths %d, %d, %d; want the inner 33, then the outer 31 and 11", h[0].IPLen, h[1].IPLen, h[1].PayloadLen)
	}
}

// TestInnerFragmentInOuterFirst: the packet is a first fragment outside and a
// later one inside; later outer fragments follow it to the inner flow.
func TestInnerFragmentInOuterFirst(t *testing.T) {
	carry := func(more bool, offset uint16, payload []byte) []byte {
		ip := ip4(layers.IPProtocolIPv4)
		ip.FragOffset, ip.Id = offset, 3
		if more {
			ip.Flags = layers.IPv4MoreFragments
		}
		return frame(t, ip, gopacket.Payload(payload))
	}
	whole := ip4(layers.IPProtocolIPv4)
	var table decode.Fragments
	h := resolved(t, &table,
		arrival{0, frame(t, whole, gopacket.Payload(fragment4(t, 0, true, 64)))},
		arrival{1, carry(true, 0, fragment4(t, 8, false, 28))},
		arrival{2, carry(false, 6, make([]byte, 9))})
	for i := range h {
		if got := text(h[i]); got != "10.0.0.1|1000 > 10.0.0.2|53 udp type null in ipip" {
			t.Errorf("packet %d: got %s", i, got)
		}
	}
}

// TestFragmentsAreBounded: the first fragment seen the longest ago is forgotten.
func TestFragmentsAreBounded(t *testing.T) {
	const entries = 1 << 18
	var table decode.Fragments
	h := []decode.Header{{Key: decode.Key{Ports: true}}}
	see := func(id uint32, later bool) bool {
		got := []decode.Header{{}}
		if !later {
			got = h
		}
		table.Resolve(got, []decode.Fragment{{Later: later, Key: decode.FragmentKey{ID: id}}})
		return got[0].Key.Ports
	}
	for id := range uint32(entries) {
		see(id, false)
	}
	if !see(0, true) || !see(entries-1, true) {
		t.Fatal("forgotten below the limit")
	}
	see(1, false) // seen again: 0 goes, and then this one has its second life
	if see(0, true) || !see(1, true) {
		t.Fatal("the oldest entry is not the one that makes room")
	}
	see(entries, false)
	if !see(1, true) || !see(2, true) {
		t.Fatal("an old entry of a datagram seen again took the new one with it")
	}
}
