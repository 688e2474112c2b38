package queries

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"weir/warehouse"
)

// memory returns a session with the tables that saved queries use, filled by
// files of testdata.
func memory(t *testing.T, files ...string) *warehouse.Session {
	t.Helper()
	return rowsOf(t, strings.NewReplacer(), files...)
}

// rowsOf returns a session with the tables and the files' rows, after the
// replacement. A statement ends with a semicolon at a line's end.
func rowsOf(t *testing.T, replacer *strings.Replacer, files ...string) *warehouse.Session {
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
			sql = replacer.Replace(sql)
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

// trail is a saved query with the cases of planted.sql that it is to find.
type trail struct {
	query  string
	values map[string]string
	// key is what tells cases apart, where is SQL that the rows have to fulfil.
	key, where string
	cases      []string
}

func planted() []trail {
	var beacons []string
	for n := 221; n <= 232; n++ {
		beacons = append(beacons, fmt.Sprintf("10.1.2.%d,203.0.113.%d", n, n))
	}
	for n := 233; n <= 235; n++ { // they share the host that they call
		beacons = append(beacons, fmt.Sprintf("10.1.2.%d,203.0.113.233", n))
	}
	return []trail{
		{query: "beacons", key: "src_ip, dst_ip", cases: beacons},
		{query: "long_connections", key: "src_ip, dst_ip", cases: []string{"10.1.7.1,203.0.113.81", "10.1.7.2,203.0.113.82"}},
		{query: "port_scans", key: "src_ip, dst_ip", cases: []string{"10.1.3.1,10.1.0.80", "203.0.113.99,10.1.0.81", "10.1.3.2,10.1.0.82", "10.1.3.3,10.1.0.83"}},
		{query: "host_scans", key: "src_ip, coalesce(dst_port, 0)", cases: []string{"10.1.3.11,22", "10.1.3.12,445", "10.1.3.13,0", "203.0.113.98,3389"}},
		{query: "exfiltration", key: "src_ip, dst_ip", cases: []string{"10.1.4.1,203.0.113.51", "10.1.4.2,203.0.113.52", "10.1.4.3,203.0.113.53", "10.1.4.4,203.0.113.54",
			"10.1.4.9,203.0.113.58", "10.1.4.10,203.0.113.59"}},
		{query: "icmp_tunnels", key: "src_ip, dst_ip", cases: []string{"10.1.5.1,203.0.113.61", "10.1.5.2,203.0.113.62", "10.1.5.3,203.0.113.63"}},
		{query: "dns_tunnels", key: "client, domain", cases: []string{"10.1.8.1,covert.example", "10.1.8.2,example.co.uk", "10.1.8.3,long.example", "10.1.8.4,slow.example"}},
		{query: "arp_conflicts", key: "ip, mac, other_mac", cases: []string{"10.1.0.1,02:00:00:00:00:01,02:00:00:00:00:66", "10.1.0.70,02:00:00:00:00:70,02:00:00:00:00:71"}},
		{query: "floods", key: "target, protocol", cases: []string{"10.1.0.90,tcp", "10.1.0.91,udp"}},
		{query: "slow_resolvers", key: "server", where: "slow", cases: []string{"203.0.113.91", "203.0.113.92"}},
		{query: "nxdomain_clients", values: map[string]string{"top": "2"}, key: "client", cases: []string{"10.1.9.1", "10.1.9.2"}},
	}
}

// found returns what a query finds, each case once.
func (h trail) found(t *testing.T, s *warehouse.Session) []string {
	t.Helper()
	var found []string
	for _, row := range ask(t, s, h.query, h.values, cmp.Or(h.where, "true")+", "+h.key) {
		if key, holds := strings.CutPrefix(row, "true,"); holds {
			found = append(found, key)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// unseen are the cases of unseen.sql.
func unseen() []trail {
	return []trail{
		{query: "beacons", key: "src_ip, dst_ip", cases: []string{"192.168.1.101,203.0.113.101", "192.168.1.102,203.0.113.102", "192.168.1.103,203.0.113.103", "192.168.1.104,203.0.113.104",
			"192.168.1.105,203.0.113.105", "192.168.1.106,203.0.113.106", "192.168.1.107,203.0.113.107", "192.168.1.108,203.0.113.107"}},
		{query: "port_scans", key: "src_ip, dst_ip", cases: []string{"203.0.113.121,192.168.0.80", "192.168.1.122,192.168.0.81", "192.168.1.123,192.168.0.82"}},
		{query: "host_scans", key: "src_ip, coalesce(dst_port, 0)", cases: []string{"192.168.1.131,22", "192.168.1.132,0", "192.168.1.133,445"}},
		{query: "exfiltration", key: "src_ip, dst_ip", cases: []string{"192.168.1.111,203.0.113.111", "192.168.1.112,203.0.113.112", "192.168.1.113,203.0.113.113", "192.168.1.114,203.0.113.114"}},
		{query: "icmp_tunnels", key: "src_ip, dst_ip", cases: []string{"192.168.1.141,203.0.113.141", "192.168.1.142,203.0.113.142"}},
		{query: "dns_tunnels", key: "client, domain", cases: []string{"192.168.1.151,tunnel.example", "192.168.1.152,hex.example", "192.168.1.153,drip.example"}},
		{query: "arp_conflicts", key: "ip, mac, other_mac", cases: []string{"192.168.0.1,02:00:00:00:01:01,02:00:00:00:01:66"}},
		{query: "floods", key: "target, protocol", cases: []string{"192.168.0.90,tcp", "192.168.0.91,udp"}},
		{query: "slow_resolvers", key: "server", where: "slow", cases: []string{"203.0.113.171"}},
	}
}

// score counts over several days.
type score struct{ planted, hits, found int }

func (c *score) add(h trail, found []string) {
	c.planted, c.found = c.planted+len(h.cases), c.found+len(found)
	for _, f := range found {
		if slices.Contains(h.cases, f) {
			c.hits++
		}
	}
}

func (c score) precision() float64 { return float64(c.hits) / float64(max(c.found, 1)) }

func (c score) recall() float64 { return float64(c.hits) / float64(c.planted) }

// cells are the figures as README.md has them.
func (c score) cells() string {
	return fmt.Sprintf("%d | %.2f | %.2f", c.planted, c.recall(), c.precision())
}

// plantedElsewhere reports whether a finding is a case that was planted for
// another hunt, such as an upload in regular drops: it is no false alarm.
func plantedElsewhere(hunts []trail, h trail, found string) bool {
	return !slices.Contains(h.cases, found) && slices.ContainsFunc(hunts, func(o trail) bool {
		return o.key == h.key && slices.Contains(o.cases, found)
	})
}

// scoresOf scores the hunts over some of the days that a file makes.
func scoresOf(t *testing.T, file string, hunts []trail, seeds ...int) []score {
	t.Helper()
	scores := make([]score, len(hunts))
	for _, seed := range seeds {
		s := rowsOf(t, strings.NewReplacer("$background", "60000", "$seed", strconv.Itoa(seed)), file)
		for i, h := range hunts {
			found := slices.DeleteFunc(h.found(t, s), func(f string) bool { return plantedElsewhere(hunts, h, f) })
			scores[i].add(h, found)
			for _, x := range h.cases {
				if !slices.Contains(found, x) {
					t.Logf("%s, seed %d: %s: %s is missed", file, seed, h.query, x)
				}
			}
			for _, f := range found {
				if !slices.Contains(h.cases, f) {
					t.Logf("%s, seed %d: %s: %s is benign", file, seed, h.query, f)
				}
			}
		}
	}
	return scores
}

// TestPlantedCasesAreFound holds hunting to what it finds on days with known
// cases and benign traffic that looks like them, and README.md to the figures,
// to those too of a layout that the hunts were not made for.
func TestPlantedCasesAreFound(t *testing.T) {
	seeds := []int{0, 1, 2}
	if testing.Short() {
		seeds = seeds[:1]
	}
	hunts := planted()
	scores := scoresOf(t, "planted.sql", hunts, seeds...)
	for i, h := range hunts {
		if scores[i].recall() < 0.95 || scores[i].precision() < 0.95 {
			t.Errorf("%s: planted, recall, precision: %s", h.query, scores[i].cells())
		}
	}
	if testing.Short() {
		return
	}
	others := unseen()
	second := scoresOf(t, "unseen.sql", others, seeds...)
	readme, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range hunts {
		row := fmt.Sprintf("| `%s` | %s |", h.query, scores[i].cells())
		if j := slices.IndexFunc(others, func(o trail) bool { return o.query == h.query }); j >= 0 {
			row += " " + second[j].cells() + " |\n"
		} else {
			row += "  |  |  |\n"
		}
		if !strings.Contains(string(readme), row) {
			t.Errorf("README.md lacks the row\n%s", row)
		}
	}
}

// What one host does alone, and what was never there before, cannot be told
// from what is hunted: it is found until its network is named.
func TestWhatIsKnownIsLeftOut(t *testing.T) {
	s := rowsOf(t, strings.NewReplacer("$seed", "0"), "unseen.sql")
	for query, lone := range map[string]string{"beacons": "192.168.0.90,198.51.100.14", "exfiltration": "192.168.0.40,198.51.100.22"} {
		if !slices.Contains(ask(t, s, query, nil, "src_ip, dst_ip"), lone) {
			t.Errorf("%s: %s is not found", query, lone)
		}
		for _, row := range ask(t, s, query, map[string]string{"ignore_networks": "198.51.100.0/24"}, "src_ip, dst_ip") {
			if strings.Contains(row, ",198.51.100.") {
				t.Errorf("%s: %s is found although its network is known", query, row)
			}
		}
	}
	for _, h := range []struct{ query, parameter, value, pair string }{
		{"beacons", "max_sources", "18", "192.168.0.20,198.51.100.10"}, {"exfiltration", "max_days", "7", "192.168.0.9,198.51.100.20"},
	} {
		if slices.Contains(ask(t, s, h.query, nil, "src_ip, dst_ip"), h.pair) {
			t.Errorf("%s: %s is found", h.query, h.pair)
		}
		if !slices.Contains(ask(t, s, h.query, map[string]string{h.parameter: h.value}, "src_ip, dst_ip"), h.pair) {
			t.Errorf("%s: %s is not found, whatever %s is", h.query, h.pair, h.parameter)
		}
	}
}
