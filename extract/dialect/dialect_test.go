package dialect

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"weir/extract/flow"
	"weir/testdata/beside"
	"weir/warehouse/schema"
)

// readTable returns the lines of a file of tab-separated fields.
func readTable(t *testing.T, path string) (rows [][]string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		rows = append(rows, strings.Split(lines.Text(), "\t"))
	}
	return rows
}

// byFirst groups rows by their first field.
func byFirst(rows [][]string) map[string][][]string {
	groups := map[string][][]string{}
	for _, r := range rows {
		groups[r[0]] = append(groups[r[0]], r)
	}
	return groups
}

// TestHeaders holds the names to those that the tools write, in their order.
func TestHeaders(t *testing.T) {
	want := byFirst(readTable(t, "testdata/headers.golden"))
	if len(want) != len(All()) {
		t.Errorf("testdata/headers.golden knows %d dialects, there are %d", len(want), len(All()))
	}
	for _, d := range All() {
		rows := want[d.Name]
		if len(rows) != len(d.Spellings) {
			t.Errorf("%s has %d names, want %d", d.Name, len(d.Spellings), len(rows))
			continue
		}
		for i, s := range d.Spellings {
			if s.Header != rows[i][1] {
				t.Errorf("%s: name %d is %q, want %q", d.Name, i+1, s.Header, rows[i][1])
			}
		}
	}
}

// TestSpecification holds names, the columns they spell and units to the
// project's own table of dialects.
func TestSpecification(t *testing.T) {
	for name, rows := range byFirst(readTable(t, beside.Path(t, "spec", "dialects.tsv"))[1:]) {
		d, err := Find(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if len(rows) != len(d.Spellings) {
			t.Errorf("%s has %d names, want %d", name, len(d.Spellings), len(rows))
			continue
		}
		for i, s := range d.Spellings {
			header, ours, note := rows[i][1], rows[i][2], rows[i][3]
			if s.Header != header {
				t.Errorf("%s: name %d is %q, want %q", name, i+1, s.Header, header)
			}
			if !strings.HasPrefix(ours, "=") && !slices.Equal(s.Of, []string{ours}) {
				t.Errorf("%s: %s spells %s, want %s", name, header, s.Of, ours)
			}
			if inSeconds := strings.Contains(s.SQL, "/ 1e6") && s.Header != "Timestamp"; inSeconds != (note == "seconds") {
				t.Errorf("%s: %s is %s, but the unit is %q", name, header, s.SQL, note)
			}
			if s.Merged != strings.HasPrefix(note, "only when several") {
				t.Errorf("%s: %s stands only in merged files: %t, but %q", name, header, s.Merged, note)
			}
		}
	}
}

// TestSpellings holds what is declared to the columns there are.
func TestSpellings(t *testing.T) {
	flows := flow.Catalogue().Table
	for _, d := range All() {
		if missing := d.Missing(flows); len(missing) > 0 {
			t.Errorf("%s needs %s, which flows does not have", d.Name, missing)
		}
		names := map[string]bool{}
		for _, s := range d.Spellings {
			if lower := strings.ToLower(s.Name); names[lower] {
				t.Errorf("%s has two columns %q", d.Name, s.Name)
			} else {
				names[lower] = true
			}
			if (d.Layout == schema.ZeekLog) != (s.Foreign != "") {
				t.Errorf("%s: %s has the foreign type %q", d.Name, s.Header, s.Foreign)
			}
			checkReferences(t, flows, d, s)
		}
	}
}

// checkReferences holds the columns that a spelling names to those in its SQL.
func checkReferences(t *testing.T, flows *schema.Table, d *schema.Dialect, s spelling) {
	t.Helper()
	used := words(s.SQL)
	for _, of := range s.Of {
		if !used[of] && s.Header != "flow_id" && of != "ip_version" {
			t.Errorf("%s: %s does not use %s", d.Name, s.Header, of)
		}
	}
	for _, c := range flows.Columns {
		if used[c.Name] && !slices.Contains(s.Of, c.Name) {
			t.Errorf("%s: %s uses %s and does not say so", d.Name, s.Header, c.Name)
		}
	}
}

// words returns the identifiers of an SQL expression outside of its texts.
func words(sql string) map[string]bool {
	found := map[string]bool{}
	for i, part := range strings.Split(sql, "'") {
		if i%2 == 1 {
			continue
		}
		for _, w := range strings.FieldsFunc(part, func(r rune) bool {
			return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
		}) {
			found[w] = true
		}
	}
	return found
}

func TestFind(t *testing.T) {
	for _, name := range []string{"cicflowmeter-py", "cicflowmeter_py"} {
		if d, err := Find(name); err != nil || d.View != "cicflowmeter_py" {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
	for _, name := range []string{"", "ours", "NEXUS"} {
		if _, err := Find(name); err == nil || !strings.Contains(err.Error(), "nfstream") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
