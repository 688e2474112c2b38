package queries

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"weir/warehouse"
)

// memory returns a session with the tables that saved queries use, filled by
// files of testdata. A statement ends with a semicolon at a line's end.
func memory(t *testing.T, files ...string) *warehouse.Session {
	t.Helper()
	s, err := warehouse.OpenMemory(t.Context(), nil, warehouse.SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	for _, file := range append([]string{"tables.sql"}, files...) {
		text, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, sql := range strings.SplitAfter(string(text), ";\n") {
			sql = strings.ReplaceAll(sql, "$background", "60000")
			if strings.TrimSpace(sql) == "" {
				continue
			}
			if err := s.Exec(t.Context(), sql); err != nil {
				t.Fatalf("%s: %v\n%.200s", file, err, sql)
			}
		}
	}
	return s
}

// ask answers a saved query; each row is its cells joined by commas.
func ask(t *testing.T, s *warehouse.Session, name string, values map[string]string, columns string) []string {
	t.Helper()
	l, err := OpenLibrary("")
	if err != nil {
		t.Fatal(err)
	}
	q, ok := l.Find(name)
	if !ok {
		t.Fatalf("no query %s", name)
	}
	args, err := q.Args(values)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	sql := fmt.Sprintf("SELECT concat_ws(',', %s) FROM (%s\n)", columns, q.SQL)
	if err := eachRow(t.Context(), s, sql, args, func(r record) { rows = append(rows, r.text(0)) }); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return rows
}

// planted are the cases that planted.sql holds, by the query that finds them.
func planted() map[string]struct {
	key   string
	cases []string
} {
	type hunt = struct {
		key   string
		cases []string
	}
	var beacons []string
	for n := 221; n <= 232; n++ {
		beacons = append(beacons, fmt.Sprintf("10.1.2.%d,203.0.113.%d", n, n))
	}
	return map[string]hunt{
		"beacons":          {"src_ip, dst_ip", beacons},
		"long_connections": {"src_ip, dst_ip", []string{"10.1.7.1,203.0.113.81", "10.1.7.2,203.0.113.82"}},
		"port_scans":       {"src_ip, dst_ip", []string{"10.1.3.1,10.1.0.80", "203.0.113.99,10.1.0.81", "10.1.3.2,10.1.0.82", "10.1.3.3,10.1.0.83"}},
		"host_scans":       {"src_ip, coalesce(dst_port, 0)", []string{"10.1.3.11,22", "10.1.3.12,445", "10.1.3.13,0", "203.0.113.98,3389"}},
		"exfiltration":     {"src_ip, dst_ip", []string{"10.1.4.1,203.0.113.51", "10.1.4.2,203.0.113.52", "10.1.4.3,203.0.113.53", "10.1.4.4,203.0.113.54"}},
		"icmp_tunnels":     {"src_ip, dst_ip", []string{"10.1.5.1,203.0.113.61", "10.1.5.2,203.0.113.62", "10.1.5.3,203.0.113.63"}},
		"dns_tunnels":      {"client, domain", []string{"10.1.8.1,covert.example", "10.1.8.2,example.co.uk", "10.1.8.3,long.example", "10.1.8.4,slow.example"}},
		"arp_conflicts":    {"ip, mac, other_mac", []string{"10.1.0.1,02:00:00:00:00:01,02:00:00:00:00:66", "10.1.0.70,02:00:00:00:00:70,02:00:00:00:00:71"}},
		"floods":           {"target, protocol", []string{"10.1.0.90,tcp", "10.1.0.91,udp"}},
		"slow_resolvers":   {"server", []string{"203.0.113.91", "203.0.113.92"}},
	}
}

// TestPlantedCasesAreFound holds hunting to what it finds on a day with known
// cases and benign traffic that looks like them.
func TestPlantedCasesAreFound(t *testing.T) {
	const leastPrecision, leastRecall = 0.95, 0.95
	s := memory(t, "planted.sql")
	for name, hunt := range planted() {
		found := ask(t, s, name, nil, hunt.key)
		if name == "slow_resolvers" {
			found = nil
			for _, row := range ask(t, s, name, nil, "server, slow") {
				if server, slow := strings.CutSuffix(row, ",true"); slow {
					found = append(found, server)
				}
			}
		}
		slices.Sort(found)
		found = slices.Compact(found)
		hits := 0
		for _, f := range found {
			if slices.Contains(hunt.cases, f) {
				hits++
			} else {
				t.Logf("%s: %s is benign", name, f)
			}
		}
		for _, c := range hunt.cases {
			if !slices.Contains(found, c) {
				t.Logf("%s: %s is missed", name, c)
			}
		}
		precision, recall := float64(hits)/float64(max(len(found), 1)), float64(hits)/float64(len(hunt.cases))
		t.Logf("%-16s planted %2d  found %2d  precision %.2f  recall %.2f", name, len(hunt.cases), len(found), precision, recall)
		if precision < leastPrecision || recall < leastRecall {
			t.Errorf("%s: precision %.2f, recall %.2f; the bounds are %.2f and %.2f", name, precision, recall, leastPrecision, leastRecall)
		}
	}
}
