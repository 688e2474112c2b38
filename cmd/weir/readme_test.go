package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"weir/extract"
	"weir/extract/dialect"
	"weir/queries"
	"weir/warehouse/schema"
)

var update = flag.Bool("update", false, "write README.md anew: what its commands print, and its tables of columns, queries and dialects")

// TestReadme holds README.md to the program: what it shows below each command
// is what the command prints, its columns are those of the catalogue, and no command
// is missing.
func TestReadme(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a dozen commands, and Python")
	}
	path := moduleFile("README.md")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"\ngo run ./cmd/weir ingest testdata/captures\n", "\ngo test ./...\n"} {
		if !strings.Contains(string(b), command) {
			t.Errorf("README.md does not have the line %q", strings.TrimSpace(command))
		}
	}
	grammar, err := kong.New(&cli{}, kong.Vars{"version": "", "warehouse": defaultWarehouse})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range grammar.Model.Leaves(true) {
		if !strings.Contains(string(b), "\n| `weir "+command.Name) {
			t.Errorf("README.md does not have %s in its table of commands", command.Name)
		}
	}
	made := string(b)
	t.Run("tables", func(t *testing.T) { made = withTables(t, made) })
	t.Run("commands", func(t *testing.T) { made = withOutputs(t, made) })
	if *update && !t.Failed() {
		if err := os.WriteFile(path, []byte(made), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	compareReadme(t, string(b), made)
}

// compareReadme tells the lines that differ in more than times and speeds.
func compareReadme(t *testing.T, is, made string) {
	t.Helper()
	a, b := strings.Split(stable(is), "\n"), strings.Split(stable(made), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("README.md:%d differs from what weir prints; look at it, then run: go test ./cmd/weir -run TestReadme -update\n is   %s\n want %s", i+1, a[i], b[i])
		}
	}
	if len(a) != len(b) {
		t.Fatalf("README.md has %d lines, want %d; run: go test ./cmd/weir -run TestReadme -update", len(a), len(b))
	}
}

// stable replaces what differs from run to run, or with every change of a
// column: seconds, times of commits, sizes of files.
func stable(text string) string {
	for _, r := range [][2]string{
		{`in [0-9.]+ s:`, `in N s:`},
		{`20\d\d-\d\d-\d\d \d\d:\d\d:\d\d( +\d+ +\d+\n)`, `TIME$1`},
		{`(?m)^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}  `, `TIME  `},
		{`\([0-9.]+ k?B\)`, `(SIZE)`},
		{`(?m)^(  [a-z]+ +\d+ +\d+ +\d+ +\d+|  date=\S+ +\d+ +\d+) +[0-9.]+ k?B$`, `$1 SIZE`},
		{`(?m)^  (table|partition) .* size$`, `  $1 SIZE`},
	} {
		text = regexp.MustCompile(r[0]).ReplaceAllString(text, r[1])
	}
	return text
}

// withTables returns the README with the tables made anew that the program
// knows: between two comments, of which the first says what.
func withTables(t *testing.T, readme string) string {
	t.Helper()
	for _, made := range []struct {
		name  string
		write func(*strings.Builder) error
	}{{"saved queries", writeSaved}, {"dialects", writeDialects}, {"columns", writeTables}} {
		from, to := "<!-- "+made.name+": made by go test ./cmd/weir -run TestReadme -update -->\n", "<!-- end of "+made.name+" -->"
		before, rest, found := strings.Cut(readme, from)
		_, after, ended := strings.Cut(rest, to)
		if !found || !ended {
			t.Fatalf("README.md has no lines %q and %q", from, to)
		}
		var b strings.Builder
		if err := made.write(&b); err != nil {
			t.Fatal(err)
		}
		readme = before + from + b.String() + "\n" + to + after
	}
	return readme
}

// writeSaved writes a table of the saved queries.
func writeSaved(b *strings.Builder) error {
	library, err := queries.OpenLibrary("")
	if err != nil {
		return err
	}
	b.WriteString("\n| group | query | answers with |\n| --- | --- | --- |\n")
	group := ""
	for _, q := range library.Queries {
		shown := ""
		if q.Group != group {
			group, shown = q.Group, q.Group
		}
		fmt.Fprintf(b, "| %s | `%s` | %s |\n", shown, q.Name, q.Doc)
	}
	return nil
}

// writeDialects writes a table of the tools whose columns can be had.
func writeDialects(b *strings.Builder) error {
	b.WriteString("\n| `--as` | view | columns | of |\n| --- | --- | ---: | --- |\n")
	for _, d := range dialect.All() {
		view := ""
		if d.View != "" {
			view = "`" + d.View + "`"
		}
		fmt.Fprintf(b, "| `%s` | %s | %d | %s |\n", d.Name, view, len(d.Spellings), d.Doc)
	}
	return nil
}

// writeTables writes the columns of all tables.
func writeTables(b *strings.Builder) error {
	tables := slices.Clone(extract.NewCatalogues().Tables())
	slices.SortStableFunc(tables, func(x, y *schema.Table) int { return cmp.Compare(place(x), place(y)) })
	for _, table := range tables {
		writeColumns(b, table)
	}
	return nil
}

// place puts flows first and leaves the other tables as they are committed.
func place(table *schema.Table) int {
	if table.Name == "flows" {
		return 0
	}
	return 1
}

// writeColumns writes a table of a table's columns, derived ones in italics.
func writeColumns(b *strings.Builder, table *schema.Table) {
	fmt.Fprintf(b, "\n#### `%s`\n\n| group | column | type | unit | definition |\n| --- | --- | --- | --- | --- |\n", table.Name)
	group := ""
	for _, c := range table.Columns {
		shown := ""
		if c.Group != group {
			group, shown = c.Group, c.Group
		}
		name := "`" + c.Name + "`"
		if c.Derived() {
			name = "*" + name + "*"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", shown, name, c.Type, c.Unit, strings.ReplaceAll(c.Doc, "|", `\|`))
	}
}

// withOutputs runs the README's console blocks, one after the other in one
// folder that holds testdata/captures, and returns it with what they print.
// A block of Python that begins with "# name.py" is that file.
func withOutputs(t *testing.T, readme string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "testdata", "captures"), os.DirFS(moduleFile("testdata", "captures"))); err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```(console|python)\n(.*?)^```\n")
	ran := 0
	made := blocks.ReplaceAllStringFunc(readme, func(block string) string {
		m := blocks.FindStringSubmatch(block)
		if m[1] == "python" {
			name, _, _ := strings.Cut(strings.TrimPrefix(m[2], "# "), "\n")
			if err := os.WriteFile(filepath.Join(dir, name), []byte(m[2]), 0o666); err != nil {
				t.Fatal(err)
			}
			return block
		}
		var b strings.Builder
		for _, part := range regexp.MustCompile(`(?m)^\$ `).Split(m[2], -1)[1:] {
			command, shown, _ := strings.Cut(part, "\n")
			ran++
			b.WriteString("$ " + command + "\n" + outputOf(t, dir, command, shown))
		}
		return "```console\n" + b.String() + "```\n"
	})
	if ran < 8 {
		t.Errorf("README.md shows %d commands only", ran)
	}
	return made
}

// outputOf runs a command of the README and returns what it prints. What
// needs Python's readers is taken as it is shown where they are not there.
func outputOf(t *testing.T, dir, command, shown string) string {
	t.Helper()
	shell := func(line string) ([]byte, error) {
		cmd := exec.Command("sh", "-c", line)
		cmd.Dir = dir
		return cmd.CombinedOutput()
	}
	if strings.HasPrefix(command, "python3 ") {
		if _, err := shell("python3 -c 'import deltalake, duckdb, pyarrow'"); err != nil {
			t.Logf("not run, because Python lacks deltalake, duckdb or pyarrow: %s", command)
			return shown
		}
	}
	line, byGo := strings.CutPrefix(command, "go run ./cmd/weir ")
	if byGo {
		line = "weir " + line
	}
	out, err := shell(line)
	if err != nil {
		t.Errorf("%s: %v: %s", command, err, out)
	}
	text := string(out)
	if byGo {
		text = strings.ReplaceAll(text, "\n  weir ", "\n  go run ./cmd/weir ")
	}
	return text
}
