package decode_test

import (
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"weir/extract/decode"
)

// kinds are frames that stand for what captures mostly hold.
func kinds(t testing.TB) map[string][]byte {
	tcp := func(options ...layers.TCPOption) *layers.TCP {
		return &layers.TCP{SrcPort: 50000, DstPort: 443, ACK: true, Window: 500, Options: options}
	}
	nop := layers.TCPOption{OptionType: layers.TCPOptionKindNop}
	stamp := layers.TCPOption{OptionType: layers.TCPOptionKindTimestamps, OptionLength: 10, OptionData: make([]byte, 8)}
	vxlan := []gopacket.SerializableLayer{eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolUDP), udp(40000, 4789), &layers.VXLAN{ValidIDFlag: true, VNI: 9}}
	return map[string][]byte{
		"tcp4":     frame(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), tcp(nop, nop, stamp), data(1000)),
		"tcp6":     frame(t, eth(layers.EthernetTypeIPv6), ip6(layers.IPProtocolTCP), tcp(nop, nop, stamp), data(1000)),
		"udp4":     join(ethHeader(t, layers.EthernetTypeIPv4), plain(t, 4)),
		"vlan":     join(ethHeader(t, layers.EthernetTypeDot1Q), plain(t, 4)),
		"vxlan":    frame(t, append(vxlan, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), tcp(), data(50))...),
		"fragment": join(ethHeader(t, layers.EthernetTypeIPv4), fragment4(t, 185, false, 100)),
		"arp":      join(ethHeader(t, layers.EthernetTypeARP), arpRequest),
	}
}

// TestNoAllocations holds decoding to not allocating.
func TestNoAllocations(t *testing.T) {
	d := decode.New(decode.Options{Decap: true})
	frags := make([]decode.Fragment, 0, 16)
	var h decode.Header
	for name, b := range kinds(t) {
		if n := testing.AllocsPerRun(100, func() { frags = d.Decode(ethernetLink, b, uint32(len(b)), 0, &h, frags[:0]) }); n != 0 {
			t.Errorf("%s: %v allocations, want 0", name, n)
		}
		if h.Reject != decode.Accepted {
			t.Errorf("%s: rejected", name)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, frame := range kinds(b) {
		b.Run(name, func(b *testing.B) {
			d := decode.New(decode.Options{Decap: true})
			frags := make([]decode.Fragment, 0, 16)
			var h decode.Header
			b.ReportAllocs()
			for b.Loop() {
				frags = d.Decode(ethernetLink, frame, uint32(len(frame)), 0, &h, frags[:0])
			}
		})
	}
}

func BenchmarkResolve(b *testing.B) {
	h := []decode.Header{{}}
	frags := []decode.Fragment{{}, {Later: true}}
	var table decode.Fragments
	for b.Loop() {
		frags[0].Key.ID++
		frags[1].Key.ID++
		table.Resolve(h, frags[:1])
		table.Resolve(h, frags[1:])
	}
}
