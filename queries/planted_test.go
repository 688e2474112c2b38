package queries

import (
	"cmp"
	"fmt"
	"maps"
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

// plantedDay returns a session with a day of planted.sql.
func plantedDay(t *testing.T, seed int) *warehouse.Session {
	t.Helper()
	return rowsOf(t, strings.NewReplacer("$background", "60000", "$seed", strconv.Itoa(seed)), "planted.sql")
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
	// known are benign services that do what is hunted, so that a query cannot
	// tell; told is the value of ignore_networks that names them.
	known []string
	told  string
}

func planted() []trail {
	var beacons []string
	for n := 221; n <= 232; n++ {
		beacons = append(beacons, fmt.Sprintf("10.1.2.%d,203.0.113.%d", n, n))
	}
	return []trail{
		{query: "beacons", key: "src_ip, dst_ip", cases: beacons, told: "198.51.100.208/28",
			known: []string{"10.1.0.63,198.51.100.213", "10.1.0.64,198.51.100.214", "10.1.0.65,198.51.100.215"}},
		{query: "long_connections", key: "src_ip, dst_ip", cases: []string{"10.1.7.1,203.0.113.81", "10.1.7.2,203.0.113.82"}},
		{query: "port_scans", key: "src_ip, dst_ip", cases: []string{"10.1.3.1,10.1.0.80", "203.0.113.99,10.1.0.81", "10.1.3.2,10.1.0.82", "10.1.3.3,10.1.0.83"}},
		{query: "host_scans", key: "src_ip, coalesce(dst_port, 0)", cases: []string{"10.1.3.11,22", "10.1.3.12,445", "10.1.3.13,0", "203.0.113.98,3389"}},
		{query: "exfiltration", key: "src_ip, dst_ip", cases: []string{"10.1.4.1,203.0.113.51", "10.1.4.2,203.0.113.52", "10.1.4.3,203.0.113.53", "10.1.4.4,203.0.113.54"},
			told: "198.51.100.216/29", known: []string{"10.1.0.9,198.51.100.221", "10.1.0.66,198.51.100.222"}},
		{query: "icmp_tunnels", key: "src_ip, dst_ip", cases: []string{"10.1.5.1,203.0.113.61", "10.1.5.2,203.0.113.62", "10.1.5.3,203.0.113.63"}},
		{query: "dns_tunnels", key: "client, domain", cases: []string{"10.1.8.1,covert.example", "10.1.8.2,example.co.uk", "10.1.8.3,long.example", "10.1.8.4,slow.example"}},
		{query: "arp_conflicts", key: "ip, mac, other_mac", cases: []string{"10.1.0.1,02:00:00:00:00:01,02:00:00:00:00:66", "10.1.0.70,02:00:00:00:00:70,02:00:00:00:00:71"}},
		{query: "floods", key: "target, protocol", cases: []string{"10.1.0.90,tcp", "10.1.0.91,udp"}},
		{query: "slow_resolvers", key: "server", where: "slow", cases: []string{"203.0.113.91", "203.0.113.92"}},
		{query: "nxdomain_clients", values: map[string]string{"top": "2"}, key: "client", cases: []string{"10.1.9.1", "10.1.9.2"}},
	}
}

// found returns what a query finds, each case once.
func (h trail) found(t *testing.T, s *warehouse.Session, told bool) []string {
	t.Helper()
	values := maps.Clone(h.values)
	if told {
		values = map[string]string{"ignore_networks": h.told}
	}
	var found []string
	for _, row := range ask(t, s, h.query, values, cmp.Or(h.where, "true")+", "+h.key) {
		if key, holds := strings.CutPrefix(row, "true,"); holds {
			found = append(found, key)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// score counts over several days.
type score struct{ planted, hits, found int }

func (c *score) add(t *testing.T, h trail, found, known []string) {
	t.Helper()
	c.planted, c.found = c.planted+len(h.cases), c.found+len(found)
	for _, f := range found {
		switch {
		case slices.Contains(h.cases, f):
			c.hits++
		case !slices.Contains(known, f):
			t.Errorf("%s: %s is benign", h.query, f)
		}
	}
	for _, x := range h.cases {
		if !slices.Contains(found, x) {
			t.Errorf("%s: %s is missed", h.query, x)
		}
	}
}

func (c score) precision() string {
	return fmt.Sprintf("%.2f", float64(c.hits)/float64(max(c.found, 1)))
}

func (c score) recall() string { return fmt.Sprintf("%.2f", float64(c.hits)/float64(c.planted)) }

// TestPlantedCasesAreFound holds hunting to what it finds on days with known
// cases and benign traffic that looks like them, and README.md to the figures.
func TestPlantedCasesAreFound(t *testing.T) {
	hunts, days := planted(), 3
	if testing.Short() {
		days = 1
	}
	first, second := make([]score, len(hunts)), make([]score, len(hunts))
	for day := range days {
		s := plantedDay(t, day)
		for i, h := range hunts {
			first[i].add(t, h, h.found(t, s, false), h.known)
			if h.told != "" {
				second[i].add(t, h, h.found(t, s, true), nil)
			}
		}
	}
	if testing.Short() {
		return
	}
	readme, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range hunts {
		told := ""
		if h.told != "" {
			told = second[i].precision()
		}
		row := fmt.Sprintf("| `%s` | %d | %s | %s | %s |\n", h.query, first[i].planted, first[i].recall(), first[i].precision(), told)
		if !strings.Contains(string(readme), row) {
			t.Errorf("README.md lacks the row\n%s", row)
		}
	}
}
