package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/queries/output"
	"weir/warehouse"
)

// saved is a Library of one query.
type saved struct{}

func (saved) Names() []string { return []string{"beacons", "big_flows"} }
func (saved) Parameters(name string) []string {
	if name == "beacons" {
		return []string{"min_score", "since"}
	}
	return nil
}
func (saved) Query(name string, values map[string]string) (output.Query, error) {
	if name != "beacons" {
		return output.Query{}, fmt.Errorf("no saved query is called %s", name)
	}
	return output.Query{SQL: "SELECT CAST($min_score AS DOUBLE) AS score", Args: []any{warehouse.Arg{Name: "min_score", Value: values["min_score"]}}}, nil
}
func (saved) Show(name string) (string, error) { return "SELECT '" + name + "'\n", nil }
func (saved) WriteText(w io.Writer) error      { _, err := io.WriteString(w, "the list\n"); return err }

// bench is a shell with what it has written.
type bench struct {
	*Shell
	out, err bytes.Buffer
}

func newBench(t *testing.T, change func(*Config)) *bench {
	t.Helper()
	s, err := warehouse.OpenMemory(t.Context(), nil, warehouse.SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	b := &bench{}
	c := Config{Session: s, Library: saved{}, Out: &b.out, Err: &b.err, Format: output.CSV}
	if change != nil {
		change(&c)
	}
	b.Shell = New(c)
	return b
}

// expect runs a script and compares what is written; messages is a part.
func (b *bench) expect(t *testing.T, script string, bail bool, out, messages string, failed bool) {
	t.Helper()
	b.out.Reset()
	b.err.Reset()
	err := b.Run(t.Context(), NewScript(strings.NewReader(script)), bail)
	if b.out.String() != out || !strings.Contains(b.err.String(), messages) || messages == "" && b.err.Len() > 0 {
		t.Errorf("%q\nwrites %q and %q\nwant   %q and %q", script, b.out.String(), b.err.String(), out, messages)
	}
	if errors.Is(err, ErrFailed) != failed || err != nil && !failed {
		t.Errorf("%q ends with %v", script, err)
	}
	b.quit = false
}

func TestScripts(t *testing.T) {
	b := newBench(t, nil)
	b.expect(t, "", true, "", "", false)
	b.expect(t, "SELECT 1 AS a; SELECT\n';' AS b\n;", true, "a\n1\nb\n;\n", "", false)
	b.expect(t, "SELECT 1 AS a", true, "a\n1\n", "", false) // the end of the input ends a statement
	b.expect(t, "CREATE TABLE t(i INTEGER);\nINSERT INTO t VALUES (7);\nSELECT i FROM t;", true, "Count\n1\ni\n7\n", "", false)
	b.expect(t, "SELECT 1 AS a;\nSELECT nope;\nSELECT 2 AS b;", true, "a\n1\n", "LINE 1: SELECT nope\n               ^\n", true)
	b.expect(t, "SELECT 1 AS a;\nSELECT nope;\nSELECT 2 AS b;", false, "a\n1\nb\n2\n", `Binder Error: Referenced column "nope"`, true)
	b.expect(t, "SELECT 1 AS a; SELECT nope; SELECT 2 AS b;", true, "a\n1\n", "nope", true)
	b.expect(t, ".mode ndjson\nSELECT 1 AS a;\n.mode\n.quit\nSELECT 2;", true, "{\"a\":1}\nndjson\n", "", false)
	b.expect(t, ".mode csv\n.nope\nSELECT 2 AS a;", false, "a\n2\n", "there is no command .nope", true)
	b.expect(t, ".run beacons min_score=0.8\n.show beacons\n.queries", true, "score\n0.8\nSELECT 'beacons'\nthe list\n", "", false)
	b.expect(t, ".run beacon\n", true, "", "no saved query is called beacon", true)
	b.expect(t, ".run beacons 0.8\n", true, "", "NAME=VALUE", true)
	b.expect(t, ".timer on\nSELECT 1 AS a;\n.timer off", true, "a\n1\n", "Run Time (s): real 0.", false)
	b.expect(t, ".timer maybe", true, "", "usage: .timer on|off", true)
	b.expect(t, ".tables\n.columns t\n.col T", true, "name,kind,columns\nt,table,1\nname,type\ni,integer\nname,type\ni,integer\n", "", false)
	b.expect(t, ".columns nope", true, "", "there is no table nope", true)
	b.expect(t, ".mode table\n.maxrows 2\nSELECT i AS n FROM range(9) t(i);\n.mode csv", true,
		"┌───────┐\n│   n   │\n│ int64 │\n├───────┤\n│     0 │\n"+strings.Repeat("│     · │\n", 3)+"│     8 │\n└───────┘\n9 rows (2 shown)\n", "", false)
	b.expect(t, ".mode xlsx", true, "", "not for the screen", true)
	b.expect(t, "SELECT error(E'a\\x1b[2Jb');", true, "", `a\x1b[2Jb`, true)
	b.out.Reset()
	if err := b.Do(t.Context(), ".help", true); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".help", ".tables", ".columns", ".mode", ".output", ".timer", ".queries", ".run", ".show", ".quit", ".exit"} {
		if !strings.Contains(b.out.String(), name) {
			t.Errorf("help does not know %s", name)
		}
	}
}

func TestOutputGoesToFiles(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, nil)
	path := filepath.Join(dir, "a file.csv")
	b.expect(t, ".output '"+path+"'\nSELECT 1 AS a;\nSELECT 2 AS a;\n.output\nSELECT 3 AS a;", true, "a\n3\n", "", false)
	if text, err := os.ReadFile(path); err != nil || string(text) != "a\n1\na\n2\n" {
		t.Errorf("the file holds %q, %v", text, err)
	}
	b.expect(t, ".output '"+path+"'\n", true, "", "exists already", true)
	b.expect(t, ".output --force '"+path+"'\nSELECT nope;", true, "", "nope", true)
	if text, err := os.ReadFile(path); err != nil || string(text) != "a\n1\na\n2\n" {
		t.Errorf("a failed statement has changed the file to %q, %v", text, err)
	}
	sheet := filepath.Join(dir, "a.xlsx")
	b.expect(t, ".output "+sheet+"\nSELECT 1 AS a;\nSELECT 2 AS a;", true, "", "has an answer already", true)
	if head, err := os.ReadFile(sheet); err != nil || !bytes.HasPrefix(head, []byte("PK")) {
		t.Errorf("no workbook: %v", err)
	}
}

// slow counts so long that a test would not wait for it.
const slow = "SELECT count(*) FROM range(100000000000) t(i) WHERE sin(i) > 2"

func TestInterruptStopsTheStatement(t *testing.T) {
	b := newBench(t, func(c *Config) {
		c.Interruptible = func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(100*time.Millisecond, cancel)
			return ctx, cancel
		}
	})
	b.expect(t, slow+";\nSELECT 1 AS a;", false, "a\n1\n", "interrupted\n", true)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	b.Interruptible = nil
	if err := b.Run(ctx, NewScript(strings.NewReader(slow+";SELECT 1;")), false); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the shell goes on after its end: %v", err)
	}
}

func TestInterruptedPieceIsDropped(t *testing.T) {
	b := newBench(t, nil)
	pieces := []string{"", "SELECT 1 AS a;", ""}
	ends := []error{ErrInterrupted, nil, io.EOF}
	in := inputFunc(func() (string, error) {
		piece, end := pieces[0], ends[0]
		pieces, ends = pieces[1:], ends[1:]
		return piece, end
	})
	if err := b.Run(t.Context(), in, false); err != nil || b.out.String() != "a\n1\n" {
		t.Errorf("%q, %v", b.out.String(), err)
	}
}

type inputFunc func() (string, error)

func (f inputFunc) Read() (string, error) { return f() }

func TestSuggest(t *testing.T) {
	b := newBench(t, nil)
	b.expect(t, "CREATE TABLE flows(src_ip VARCHAR, src_port INTEGER, total_bytes BIGINT);CREATE TABLE dns(query VARCHAR, src_ip VARCHAR);", true, "", "", false)
	for _, c := range []struct {
		before string
		typed  int
		first  string // words that must be there
		absent string // one that must not
	}{
		{"sel", 3, "select", "src_ip"},
		{"SEL", 3, "SELECT", "select"},
		{"SELECT 1; sel", 3, "select", ""},
		{"SELECT src", 3, "src_ip src_port", "query"},
		{"SELECT SRC", 3, "src_ip src_port", ""},
		{"SELECT q", 1, "query quantile(", ""},
		{"SELECT q FROM flows WHERE q", 1, "quantile(", "query"},
		{"SELECT * FROM ", 0, "flows dns", "src_ip"},
		{"SELECT * FROM fl", 2, "flows", "floor("},
		{"SELECT * FROM flows f JOIN dns d ON f.src", 3, "src_ip src_port", "query"},
		{"SELECT * FROM flows f JOIN dns AS d ON d.", 0, "query src_ip", "src_port"},
		{"SELECT sum(tot", 3, "total_bytes", ""},
		{"SELECT count", 5, "count( count_star(", ""},
		{"SELECT 'sel", 0, "", "select"},
		{"SELECT \"sr", 0, "", "src_ip"},
		{"-- sel", 0, "", "select"},
		{".", 1, ".help .tables .columns .mode .output .timer .queries .run .show .quit", "flows"},
		{".mode c", 1, "csv", "table"},
		{".run b", 1, "beacons big_flows", ""},
		{".run beacons m", 1, "min_score=", "since="},
		{".show be", 2, "beacons", "big_flows"},
		{".columns d", 1, "dns", "flows"},
		{".timer ", 0, "on off", ""},
	} {
		typed, found := b.Suggest(t.Context(), c.before)
		var words []string
		for _, f := range found {
			words = append(words, f.Word)
		}
		for _, want := range strings.Fields(c.first) {
			if !slices.Contains(words, want) {
				t.Errorf("%q: %s is not suggested, only %.10q", c.before, want, words)
			}
		}
		if c.absent != "" && slices.Contains(words, c.absent) {
			t.Errorf("%q: %s is suggested", c.before, c.absent)
		}
		if len(found) > 0 && typed != c.typed || c.first == "" && len(found) > 0 {
			t.Errorf("%q: %d typed, %.10q", c.before, typed, words)
		}
	}
}

func TestSuggestFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"flows.csv", "flaws.csv", ".hidden"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "flows"), 0o777); err != nil {
		t.Fatal(err)
	}
	_, found := newBench(t, nil).Suggest(t.Context(), ".output "+filepath.Join(dir, "flo"))
	if len(found) != 2 || found[0].Word != filepath.Join(dir, "flows")+"/" || found[1].Word != filepath.Join(dir, "flows.csv") {
		t.Errorf("%v", found)
	}
}

func TestHistoryIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "weir", "history")
	h, err := OpenHistory(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range []string{"SELECT 1;", " SELECT 1;\n", "", "SELECT 'zwei',\n  2;", ".quit"} {
		if err := h.Add(entry); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"SELECT 1;", "SELECT 'zwei',\n  2;", ".quit"}
	again, err := OpenHistory(path)
	if err != nil || !slices.Equal(again.Entries(), want) || !slices.Equal(h.Entries(), want) {
		t.Errorf("%q, %v", again.Entries(), err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
	var long strings.Builder
	for i := range 2*historyLimit + 1 {
		fmt.Fprintf(&long, "\"SELECT %d;\"\n", i)
	}
	long.WriteString("no entry\n")
	if err := os.WriteFile(path, []byte(long.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cut, err := OpenHistory(path)
	if err != nil || len(cut.Entries()) != historyLimit || cut.Entries()[historyLimit-1] != fmt.Sprintf("SELECT %d;", 2*historyLimit) {
		t.Errorf("%d entries, %v", len(cut.Entries()), err)
	}
	if text, err := os.ReadFile(path); err != nil || bytes.Count(text, []byte("\n")) != historyLimit {
		t.Errorf("the file is not cut: %v", err)
	}
}

func TestMeter(t *testing.T) {
	var b bytes.Buffer
	m := NewMeter(&b)
	m.Show(50)
	m.begin()
	m.Show(50) // too early
	if b.Len() > 0 {
		t.Errorf("drawn too early: %q", b.String())
	}
	m.after = 0
	m.Show(50)
	if want := " 50% ▕" + strings.Repeat("█", 20) + strings.Repeat(" ", 20) + "▏"; !strings.Contains(b.String(), want) {
		t.Errorf("%q", b.String())
	}
	var out bytes.Buffer
	fmt.Fprint(quieting{&out, m}, "rows")
	if !strings.HasSuffix(b.String(), "\r\x1b[K") || out.String() != "rows" {
		t.Errorf("the line stays: %q", b.String())
	}
	b.Reset()
	m.Show(60)
	m.end()
	if b.Len() > 0 {
		t.Errorf("drawn among the rows: %q", b.String())
	}
	(*Meter)(nil).Show(1)
	(*Meter)(nil).begin()
	(*Meter)(nil).end()
}
