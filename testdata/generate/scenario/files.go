package scenario

import (
	"encoding/binary"
	"fmt"
)

// File is a capture to be written.
type File struct {
	Name  string
	Bytes []byte
}

// Files returns all captures, in order of their names.
func Files() ([]File, error) {
	fragments, err := compress(pcap(binary.LittleEndian, false, fragments()))
	if err != nil {
		return nil, fmt.Errorf("compress the fragments: %w", err)
	}
	classic := func(t *trace) []byte { return pcap(binary.LittleEndian, false, t) }
	return []File{
		{"fragments.pcap.gz", fragments},
		{"ipv6-big-endian-ns.pcap", pcap(binary.BigEndian, true, ipv6())},
		{"lan-arp-icmp.pcap", classic(lan())},
		{"midnight.pcap", classic(midnight())},
		{"tcp-endings.pcap", classic(tcpEndings())},
		{"timeouts.pcap", classic(timeouts())},
		{"tunnels.pcap", classic(tunnels())},
		{"vlan-two-interfaces.pcapng", pcapng(vlans(),
			iface{"eth0", linkEthernet, defaultSnaplen, 6, 0},
			iface{"wg0", linkRaw, 96, 9, 2})},
		{"web-dns-http.pcap", classic(web())},
	}, nil
}
