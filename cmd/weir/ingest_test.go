package main

import (
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"weir/testdata/beside"
)

// captureNames are the captures of testdata with their packets and flows, as
// testdata/golden and capinfos count them.
func captureNames() map[string][2]float64 {
	return map[string][2]float64{
		"fragments.pcap.gz": {10, 5}, "ipv6-big-endian-ns.pcap": {15, 6}, "lan-arp-icmp.pcap": {13, 7},
		"midnight.pcap": {16, 3}, "tcp-endings.pcap": {41, 8}, "timeouts.pcap": {51, 5}, "tunnels.pcap": {19, 7},
		"vlan-two-interfaces.pcapng": {18, 4}, "web-dns-http.pcap": {19, 4},
	}
}

// counters are the fields that each capture and the totals have.
func counters() []string {
	return []string{"packets", "bytes", "flows", "packets_in_flows", "rejected_truncated", "rejected_malformed",
		"rejected_unsupported_link", "rejected_not_data"}
}

// ingestJSON runs an ingest with --json and returns the one object it prints.
func ingestJSON(t *testing.T, status int, args ...string) (captures []map[string]any, totals map[string]any) {
	t.Helper()
	out, messages, code := weir(t, append([]string{"ingest", "--json"}, args...)...)
	if code != status {
		t.Fatalf("status %d, want %d: %s", code, status, messages)
	}
	var result struct {
		Captures []map[string]any
		Totals   map[string]any
	}
	d := json.NewDecoder(strings.NewReader(out))
	if err := d.Decode(&result); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	if d.More() {
		t.Fatalf("more than one object: %s", out)
	}
	return result.Captures, result.Totals
}

// TestIngestJSON checks each field of the result, its type, the conservation
// of packets and the sums.
func TestIngestJSON(t *testing.T) {
	house := filepath.Join(t.TempDir(), "warehouse")
	captures, totals := ingestJSON(t, exitDone, "-w", house, moduleFile("testdata", "captures"))
	if len(captures) != len(captureNames()) {
		t.Fatalf("%d captures, want %d", len(captures), len(captureNames()))
	}
	sums := map[string]float64{}
	for _, c := range captures {
		path, _ := c["path"].(string)
		want, known := captureNames()[filepath.Base(path)]
		if !known {
			t.Errorf("path %v is none of testdata/captures", c["path"])
		}
		if c["status"] != "ingested" {
			t.Errorf("%s: status %v, want ingested", path, c["status"])
		}
		if id, _ := c["capture_id"].(string); len(id) != 32 {
			t.Errorf("%s: capture_id %v, want 32 hexadecimal digits", path, c["capture_id"])
		}
		if c["packets"] != want[0] || c["flows"] != want[1] {
			t.Errorf("%s: %v packets, %v flows, want %v", path, c["packets"], c["flows"], want)
		}
		if s, ok := c["seconds"].(float64); !ok || s <= 0 {
			t.Errorf("%s: seconds %v, want a positive number", path, c["seconds"])
		}
		if _, has := c["error"]; has {
			t.Errorf("%s: has an error: %v", path, c["error"])
		}
		checkCounters(t, path, c)
		for _, name := range counters() {
			sums[name] += c[name].(float64)
		}
	}
	checkCounters(t, "totals", totals)
	for _, name := range counters() {
		if totals[name] != sums[name] {
			t.Errorf("totals: %s %v, want the sum %v", name, totals[name], sums[name])
		}
	}
	if totals["ingested"] != 9.0 || totals["skipped"] != 0.0 || totals["failed"] != 0.0 {
		t.Errorf("totals %v, want 9 ingested", totals)
	}
}

// checkCounters wants whole numbers and packets = in flows + rejected.
func checkCounters(t *testing.T, what string, c map[string]any) {
	t.Helper()
	value := map[string]float64{}
	for _, name := range counters() {
		v, ok := c[name].(float64)
		if !ok || v < 0 || v != math.Trunc(v) {
			t.Fatalf("%s: %s is %v, want a count", what, name, c[name])
		}
		value[name] = v
	}
	kept := value["packets_in_flows"]
	for _, name := range counters() {
		if strings.HasPrefix(name, "rejected_") {
			kept += value[name]
		}
	}
	if kept != value["packets"] {
		t.Errorf("%s: %v packets, %v in flows and rejected", what, value["packets"], kept)
	}
}

// TestIngestJSONStatuses shows all three statuses in one run.
func TestIngestJSONStatuses(t *testing.T) {
	house := filepath.Join(t.TempDir(), "warehouse")
	first := moduleFile("testdata", "captures", "midnight.pcap")
	second := moduleFile("testdata", "captures", "tunnels.pcap")
	before, _ := ingestJSON(t, exitDone, "-w", house, first)
	missing := filepath.Join(house, "no", "such.pcap")
	captures, totals := ingestJSON(t, exitPartly, "-w", house, first, second, missing)
	var statuses []any
	for _, c := range captures {
		statuses = append(statuses, c["status"])
	}
	if want := []any{"skipped", "ingested", "failed"}; !slices.Equal(statuses, want) {
		t.Fatalf("statuses %v, want %v", statuses, want)
	}
	if captures[0]["capture_id"] != before[0]["capture_id"] {
		t.Errorf("the skipped capture has the id %v, and was ingested as %v", captures[0]["capture_id"], before[0]["capture_id"])
	}
	if captures[2]["error"] != "no such file or directory" || captures[2]["path"] != missing {
		t.Errorf("failed: %v", captures[2])
	}
	if totals["ingested"] != 1.0 || totals["skipped"] != 1.0 || totals["failed"] != 1.0 || totals["packets"] != 19.0 {
		t.Errorf("totals %v, want one of each and the packets of what was ingested", totals)
	}
}

// TestIngestRejections counts packets that are part of no flow by their reason.
func TestIngestRejections(t *testing.T) {
	dir := beside.Path(t, "captures")
	captures, totals := ingestJSON(t, exitDone, "-w", filepath.Join(t.TempDir(), "warehouse"),
		filepath.Join(dir, "lt-80211.pcap"), filepath.Join(dir, "lt-can-unsupported.pcap.gz"))
	checkCounters(t, "totals", totals)
	if n, _ := captures[1]["rejected_unsupported_link"].(float64); n == 0 || n != captures[1]["packets"] {
		t.Errorf("a capture of an unsupported link type: %v", captures[1])
	}
}
