package main

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"weir/extract"
	"weir/queries"
	"weir/testdata/beside"
	"weir/warehouse"
)

// savedNames returns the names of the saved queries.
func savedNames(t *testing.T) []string {
	t.Helper()
	var listed []struct{ Name string }
	if err := json.Unmarshal([]byte(must(t, "query", "--list", "--json")), &listed); err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(listed))
	for i, q := range listed {
		names[i] = q.Name
	}
	return names
}

// TestSavedQueriesRunAsShown answers every saved query over ingested captures,
// and the SQL that --show prints for it.
func TestSavedQueriesRunAsShown(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs the command a hundred times")
	}
	house := filepath.Join(t.TempDir(), "warehouse")
	must(t, "ingest", "-w", house, moduleFile("testdata", "captures"))
	for _, name := range savedNames(t) {
		answer := must(t, "query", "-w", house, name)
		if shown := must(t, "query", "-w", house, must(t, "query", "--show", name)); shown != answer {
			t.Errorf("%s: answers\n%sas shown\n%s", name, answer, shown)
		}
	}
}

// TestHuntingInCaptures looks for scans, tunnels and floods in captures of
// which it is known what they hold, each in a warehouse of its own.
func TestHuntingInCaptures(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads all captures")
	}
	dir := beside.Path(t, "captures")
	for name, want := range map[string][]string{
		"l4-syn-scan.pcap":       {"port_scans"},
		"scan-ics-enip-26k.pcap": {"port_scans"},
		"fmt-be-us-snaplen.pcap": {"host_scans"},
		"mix-emix.pcap":          {"host_scans"},
		"l4-icmp-tunnel.pcap":    {"icmp_tunnels"},
		"frag-v6-flood-40k.pcap": {"floods"},
		"app-dns-mixed.pcap":     {"dns_tunnels"},
		"l2-arp-only.pcap":       {"arp_conflicts"}, // its frames are corrupted, MAC addresses among them
		// What is busy or odd, but no attack.
		"app-http-dns-browse.pcap": nil, "app-tls12-13-v4v6.pcap": nil, "app-ntp.pcap": nil, "tun-geneve.pcap": nil, "fmt-gz-one-flow-12k.pcap.gz": nil,
		"app-quic-browse-v6.pcapng": nil, "fmt-snaplen-7000.pcap": nil, "tun-gre-gre.pcap": nil, "l4-icmp-traceroute.pcapng": nil, "long-backscatter-24h.pcap": nil,
	} {
		house := filepath.Join(t.TempDir(), "warehouse")
		must(t, "ingest", "-w", house, filepath.Join(dir, name))
		if found := hunted(t, house); !slices.Equal(found, want) {
			t.Errorf("%s: found %v, want %v", name, found, want)
		}
	}
}

// hunted returns the hunting queries that find something.
func hunted(t *testing.T, house string) []string {
	t.Helper()
	s, err := warehouse.OpenSession(t.Context(), house, extract.NewCatalogues().Tables(), warehouse.SessionOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	library, err := queries.OpenLibrary("")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, name := range []string{"port_scans", "host_scans", "icmp_tunnels", "dns_tunnels", "floods", "exfiltration", "beacons", "arp_conflicts"} {
		q, _ := library.Find(name)
		args, err := q.Args(nil)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := s.Query(t.Context(), q.SQL, args...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if rows.Next() && rows.Chunk().Rows > 0 {
			found = append(found, name)
		}
		rows.Close()
	}
	return found
}

// A protocol that there is not is no empty result.
func TestExportRefusesUnknownProtocol(t *testing.T) {
	for _, name := range []string{"nope", "256", "-1", "tcp'"} {
		var out, errs bytes.Buffer
		s := streams{in: strings.NewReader(""), out: &out, err: &errs, program: "weir"}
		if code := run(context.Background(), []string{"-w", t.TempDir(), "export", "-", "--protocol=" + name}, s); code != exitUsage || !strings.Contains(errs.String(), name) {
			t.Errorf("%s: status %d, %q", name, code, errs.String())
		}
	}
}

// With --json a saved query is shown as data, its SQL ready to be run.
func TestShowAsJSON(t *testing.T) {
	var shown shownQuery
	if err := json.Unmarshal([]byte(must(t, "query", "--show", "top_talkers", "--json")), &shown); err != nil || shown.Name != "top_talkers" {
		t.Fatalf("%+v, %v", shown, err)
	}
	if text := strings.TrimRight(must(t, "query", "--show", "top_talkers"), "\n"); shown.SQL != text {
		t.Errorf("shown %q, not %q", shown.SQL, text)
	}
}
