package filter_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/gopacket/pcapgo"
	"golang.org/x/net/bpf"

	"weir/extract/capture/filter"
	"weir/testdata/beside"
)

// expressions are compared with tcpdump's own.
var expressions = []string{
	"", "ip", "ip6", "arp", "tcp", "udp", "icmp", "icmp6", "igmp", "sctp", "not tcp", "tcp or udp", "ip proto 6", "ip6 proto 17", "proto 17",
	"host 10.0.0.1", "src host 10.0.0.1 or dst host 10.0.0.2", "net 10.0.0.0/8", "net 192.168", "src net 192.168.0.0 mask 255.255.0.0",
	"dst net 10", "ip6 net fe80::/16", "host fe80::1", "port 53", "tcp port 80", "udp port 53", "tcp port 80 or 443", "src port 53", "dst portrange 1-1023",
	"src and dst port 53", "src or dst port 443", "not port 53 and not port 443", "port 80 or port 443 and tcp", "port 80 or (port 443 and tcp)",
	"less 100", "greater 500", "len > 1000", "len >= 60 and len <= 64", "ether multicast", "broadcast", "ip multicast", "ip6 multicast",
	"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", "tcp[tcpflags] & tcp-syn != 0 and tcp[tcpflags] & tcp-ack == 0", "tcp[13] = 2", "icmp[icmptype] = icmp-echo",
	"ip[8] < 64", "ip[2:2] > 500", "(ip[2:2] - ((ip[0] & 0xf) << 2)) > 100", "tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420",
	"ip[6:2] & 0x1fff != 0", "ip6[6] = 58", "udp[4:2] > 100", "ether[0] & 1 != 0", "ether proto 0x0806", "ether proto \\arp",
	"vlan", "vlan and tcp", "vlan 100", "vlan and vlan", "vlan and port 80", "vlan and ip host 10.0.0.1", "vlan and tcp[13] = 16", "not vlan",
	"host (10.0.0.1 or 10.0.0.2)", "arp host 10.0.0.1", "port http or domain", "len % 2 = 0", "ip[0] ^ 0x40 = 5", "tcp and (dst port 22 or src port 22)",
}

// captures are of Ethernet, each for something that the others have not.
var captures = []string{"app-many-protocols.pcap", "app-dns-mixed.pcap", "frag-v4-nfs-sctp.pcap", "app-tls12-13-v4v6.pcap"}

// TestLikeTcpdump runs programs over real packets and compares what they take
// with what tcpdump takes.
func TestLikeTcpdump(t *testing.T) {
	tcpdump, err := exec.LookPath("tcpdump")
	if err != nil {
		t.Skip("tcpdump is not installed")
	}
	taken := map[string]int{}
	for _, file := range files(t, beside.Path(t, "captures")) {
		packets := read(t, file)
		for _, e := range expressions {
			compare(t, tcpdump, file, e, packets, taken)
		}
	}
	for _, e := range expressions {
		if taken[e] == 0 {
			t.Logf("%q takes no packet of these captures", e)
		}
	}
}

func compare(t *testing.T, tcpdump, file, expression string, packets [][]byte, taken map[string]int) {
	t.Helper()
	program, err := filter.Compile(expression, filter.Options{Snaplen: 262144})
	if err != nil {
		t.Errorf("%v", err)
		return
	}
	vm, err := bpf.NewVM(program)
	if err != nil {
		t.Errorf("%q: %v", expression, err)
		return
	}
	out, err := exec.Command(tcpdump, "-r", file, "-w", "-", expression).Output()
	if err != nil {
		t.Errorf("tcpdump %q: %v", expression, err)
		return
	}
	want := parse(t, out)
	var got [][]byte
	for _, p := range packets {
		n, err := vm.Run(p)
		if err != nil {
			t.Errorf("%q: %v", expression, err)
			return
		}
		if n > 0 {
			got = append(got, p)
		}
	}
	taken[expression] += len(got)
	if len(got) != len(want) {
		t.Errorf("%s: %q takes %d packets, tcpdump's takes %d", filepath.Base(file), expression, len(got), len(want))
		return
	}
	for i := range got {
		if !bytes.Equal(got[i], want[i]) {
			t.Errorf("%s: %q takes other packets than tcpdump's, from the %d-th on", filepath.Base(file), expression, i)
			return
		}
	}
}

// files returns the captures in dir that programs are run over.
func files(t *testing.T, dir string) (paths []string) {
	t.Helper()
	for _, name := range captures {
		paths = append(paths, filepath.Join(dir, name))
	}
	tagged, err := filepath.Glob(filepath.Join(dir, "*vlan*.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	return append(paths, tagged...)
}

func read(t *testing.T, path string) [][]byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, b)
}

func parse(t *testing.T, b []byte) (packets [][]byte) {
	t.Helper()
	r, err := pcapgo.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	for {
		data, ci, err := r.ReadPacketData()
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return packets
		}
		if err != nil {
			t.Fatal(err)
		}
		if ci.Length != len(data) {
			// The virtual machine takes the captured length for that of the packet.
			continue
		}
		packets = append(packets, data)
	}
}

// TestWrong wants a clear reason for what is wrong or not known.
func TestWrong(t *testing.T) {
	for expression, reason := range map[string]string{
		"port":               "what port?",
		"host":               "what host?",
		"tcp port 99999":     "is no port",
		"foo":                `"foo" is not known`,
		"net 10.1.2.3/8":     "write 10.0.0.0/8",
		"host 10.0.0.0/8":    "write net",
		"tcp and":            "a condition is missing",
		"(tcp":               "a ) is missing",
		"tcp)":               "is not expected here",
		"mpls 5":             "not known to filters here",
		"ip broadcast":       "netmask",
		"tcp[13":             "a ] is missing",
		"tcp[13:3] = 1":      "1, 2 or 4 bytes",
		"tcp[13]":            "a comparison is missing",
		"arp port 80":        "has no ports",
		"ether host 1.2.3.4": "no Ethernet address",
		"ip / 0 = 1":         "is not expected here",
		"len / 0 = 1":        "division by zero",
		"vlan 5000":          "at most 4095",
		"ip proto 300":       "at most 255",
		"inbound":            "only while capturing",
		"tcp $ udp":          "means nothing",
	} {
		_, err := filter.Compile(expression, filter.Options{Snaplen: 1})
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %v; want a reason with %q", expression, err, reason)
		}
	}
}

// TestFarJumps compiles what needs longer jumps than a condition can make.
func TestFarJumps(t *testing.T) {
	var ports []string
	for i := range 300 {
		ports = append(ports, "tcp port "+string(rune('1'+i%9))+"00"+string(rune('0'+i%10)))
	}
	program, err := filter.Compile(strings.Join(ports, " or "), filter.Options{Snaplen: 100})
	if err == nil || !strings.Contains(err.Error(), "longer than the kernel takes") {
		t.Errorf("300 ports: %d instructions, %v", len(program), err)
	}
	program, err = filter.Compile(strings.Join(ports[:60], " or "), filter.Options{Snaplen: 100})
	if err != nil {
		t.Fatal(err)
	}
	vm, err := bpf.NewVM(program)
	if err != nil {
		t.Fatal(err)
	}
	packet := make([]byte, 60)
	packet[12], packet[14], packet[23] = 8, 0x45, 6
	for port, want := range map[int]int{9008: 100, 80: 0, 1000: 100, 7777: 0} {
		packet[36], packet[37] = byte(port>>8), byte(port)
		if n, err := vm.Run(packet); err != nil || n != want {
			t.Errorf("port %d: takes %d bytes, %v; want %d", port, n, err, want)
		}
	}
}

// FuzzCompile wants programs that assemble, or an error, of any expression.
func FuzzCompile(f *testing.F) {
	for _, e := range expressions {
		if !strings.Contains(e, "http") {
			f.Add(e)
		}
	}
	f.Fuzz(func(t *testing.T, e string) {
		for _, w := range strings.Fields(e) {
			if strings.Trim(w, "abcdefghijklmnopqrstuvwxyz0123456789.:/()[]&|<>=!+-*%^\\") != "" {
				return
			}
		}
		if strings.Contains(e, "host") || strings.Contains(e, "src") || strings.Contains(e, "dst") {
			return // names would be looked up
		}
		for _, o := range []filter.Options{{Snaplen: 1}, {Snaplen: 1, Link: filter.RawIP}, {Snaplen: 1, Link: filter.AnyLink, Kernel: true}} {
			program, err := filter.Compile(e, o)
			if err != nil {
				continue
			}
			if _, err := bpf.Assemble(program); err != nil {
				t.Errorf("%q: %v", e, err)
			}
		}
	})
}
