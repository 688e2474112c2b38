package flow

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"weir/extract/decode"
	"weir/testdata/beside"
	"weir/warehouse/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

// kind says where a column's values are.
func kind(c schema.Column) string {
	switch {
	case c.Derived():
		return "derived"
	case c.Partition:
		return "partition"
	}
	return "stored"
}

// TestGoldenColumns pins the schema: it must not change unnoticed.
func TestGoldenColumns(t *testing.T) {
	var got bytes.Buffer
	for _, c := range Catalogue().Table.Columns {
		null := "not null"
		if c.Nullable {
			null = "null"
		}
		if c.Derived() {
			null = "-"
		}
		fmt.Fprintf(&got, "%s\t%s\t%s\t%s\t%s\t%s\n", c.Group, c.Name, c.Type, c.Unit, kind(c), null)
	}
	const path = "testdata/columns.golden"
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	g, w := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(g), len(w)) {
		switch {
		case i >= len(g):
			t.Fatalf("line %d: no column, want %q", i+1, w[i])
		case i >= len(w):
			t.Fatalf("line %d: %q is not in %s; -update writes it", i+1, g[i], path)
		case g[i] != w[i]:
			t.Fatalf("line %d: %q, want %q of %s; -update writes it", i+1, g[i], w[i], path)
		}
	}
}

// TestColumnsOfTheSpecification compares the columns with the specification's,
// for the groups that are declared.
func TestColumnsOfTheSpecification(t *testing.T) {
	b, err := os.ReadFile(beside.Path(t, "spec", "columns.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	columns := Catalogue().Table.Columns
	groups := map[string]bool{}
	service := false
	for _, c := range columns {
		groups[c.Group] = true
		service = service || c.Name == "service"
	}
	i := 0
	for _, line := range strings.Split(strings.TrimRight(string(b), "\n"), "\n")[1:] {
		want := strings.Split(line, "\t")
		if want[0] != "flows" || !groups[want[1]] || want[2] == "service" && !service {
			continue
		}
		if i == len(columns) {
			t.Fatalf("%s is missing", want[2])
		}
		c := columns[i]
		stored := "stored"
		if c.Derived() {
			stored = "derived"
		}
		for j, got := range []string{c.Group, c.Name, c.Type.String(), c.Unit, stored} {
			if got != want[j+1] {
				t.Fatalf("column %d: %q, want %q of %s", i+1, got, want[j+1], line)
			}
		}
		if c.Doc != want[6] {
			t.Errorf("%s is defined as %q, want %q", c.Name, c.Doc, want[6])
		}
		i++
	}
	if i < len(columns) {
		t.Errorf("%s is not specified", columns[i].Name)
	}
}

func TestColumnsAreConsistent(t *testing.T) {
	names := map[string]bool{}
	for _, c := range Catalogue().Table.Columns {
		if names[c.Name] {
			t.Errorf("%s is declared twice", c.Name)
		}
		names[c.Name] = true
		if (c.Unit == "us") != strings.HasSuffix(c.Name, "_us") {
			t.Errorf("%s has the unit %q: names end in _us where the unit is us and nowhere else", c.Name, c.Unit)
		}
		if !strings.HasSuffix(c.Doc, ".") {
			t.Errorf("%s: the definition is no sentence: %q", c.Name, c.Doc)
		}
		if c.Late && c.Encoding != schema.Dict {
			t.Errorf("%s may be amended but is not a dictionary", c.Name)
		}
	}
	// Derived columns are expressions over columns that exist.
	for _, c := range Catalogue().Table.Columns {
		if !c.Derived() {
			continue
		}
		for _, word := range strings.FieldsFunc(c.SQL, func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789_", r) }) {
			switch word {
			case "nullif", "coalesce", "least", "greatest", "concat", "e6":
				continue
			}
			if word[0] >= 'a' && !names[word] {
				t.Errorf("%s is derived of %s, which is no column", c.Name, word)
			}
		}
	}
}

// Every stored column has one value a row, for flows of every family.
func TestAppendFillsEveryColumn(t *testing.T) {
	c := Catalogue()
	batch := schema.NewBatch(c.Table, nil)
	table := NewTable(DefaultConfig(), testOrigin, nil)
	n := 0
	for _, family := range []decode.Family{decode.Ethernet, decode.ARP, decode.IPv4, decode.IPv6} {
		for _, protocol := range []uint8{0, 1, 6, 17, 255} {
			h := header(client, server, protocol, protocol == 6)
			h.Key.Family = family
			h.Hash = hash(h.Key)
			table.Add(&h, int64(n))
			n++
		}
	}
	table.Finish(EndEOF)
	flows := table.Ended()
	c.Append(batch, flows, make([]schema.Key, len(flows)))
	for i, col := range batch.Columns {
		if got := batch.Vectors[i].Rows(); got != n {
			t.Errorf("%s has %d rows, want %d", col.Name, got, n)
		}
	}
	// A warm batch is filled without allocating.
	keys := make([]schema.Key, len(flows))
	if n := testing.AllocsPerRun(100, func() {
		batch.Reset()
		c.Append(batch, flows, keys)
	}); n != 0 {
		t.Errorf("%v allocations for %d rows", n, len(flows))
	}
}
