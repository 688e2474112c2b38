package dns_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"weir/extract/app/dns"
	"weir/testdata/beside"
)

// The columns are those of the shared specification, in order.
func TestColumns(t *testing.T) {
	f, err := os.Open(beside.Path(t, "spec", "columns.tsv"))
	if err != nil {
		t.Skip("needs spec/columns.tsv beside the tree")
	}
	defer f.Close()
	columns := dns.Catalogue().Table.Columns
	for s := bufio.NewScanner(f); s.Scan(); {
		v := strings.Split(s.Text(), "\t")
		if v[0] != "dns" {
			continue
		}
		if len(columns) == 0 {
			t.Fatalf("%s is missing", v[2])
		}
		c := columns[0]
		columns = columns[1:]
		if c.Name != v[2] || c.Type.String() != v[3] || c.Unit != v[4] || !strings.HasPrefix(c.Doc, strings.TrimSuffix(v[6], ".")) {
			t.Errorf("%s %s %q %q, want %v", c.Name, c.Type, c.Unit, c.Doc, v[2:])
		}
	}
	if len(columns) > 0 {
		t.Errorf("%s is too much", columns[0].Name)
	}
}

// The counts are those of tshark 4.0.17 (-Y dns or mdns or llmnr, by
// dns.flags.response; answered are the queries with dns.response_in), and
// where they differ the rule is given.
func TestCaptures(t *testing.T) {
	for _, c := range []struct {
		capture                      string
		queries, responses, answered int64
	}{
		{"app-dns-tcp-axfr.pcapng", 1, 1, 1},
		{"app-http-dns-browse.pcap", 69, 69, 69},
		{"app-quic-browse-v6.pcapng", 75, 75, 75},
		{"app-mdns-sll.pcap", 99, 193, 0},      // tshark: 40 answered, by the sender itself
		{"app-sip-dns-nbns.pcap", 303, 54, 54}, // without a packet of ICMP that quotes a query
		{"frag-v4-dns-rawip.pcap", 41, 41, 41}, // in first fragments
		{"bad-tcpdump-dnslabel.pcap", 0, 0, 0}, // tshark: one malformed message of opcode 15
	} {
		events, flows := replay(t, c.capture)
		var queries, responses int64
		for _, f := range flows {
			queries, responses = queries+f.parser.Summary().Queries, responses+f.parser.Summary().Responses
		}
		if answered := queries + responses - int64(len(events)); queries != c.queries || responses != c.responses || answered != c.answered {
			t.Errorf("%s: %d queries, %d responses, %d answered; want %d, %d, %d", c.capture, queries, responses, answered, c.queries, c.responses, c.answered)
		}
	}
}
