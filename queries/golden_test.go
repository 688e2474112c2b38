package queries

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSavedQueriesAnswer holds every saved query to an answer that was worked
// out by hand, and to the same answer whatever the order of the rows it reads.
func TestSavedQueriesAnswer(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "golden.txt"))
	if err != nil {
		t.Fatal(err)
	}
	s := memory(t, "world.sql")
	answered := map[string]bool{}
	check := func(t *testing.T) {
		for _, block := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
			head, rows, _ := strings.Cut(block, "\n")
			parts := strings.Split(head, "|")
			if strings.HasPrefix(head, "#") || len(parts) != 3 {
				continue
			}
			name, values := strings.TrimSpace(parts[0]), map[string]string{}
			for _, pair := range strings.Fields(parts[1]) {
				key, value, _ := strings.Cut(pair, "=")
				values[key] = value
			}
			answered[name] = true
			if got := strings.Join(ask(t, s, name, values, parts[2]), "\n"); got != rows {
				t.Errorf("%s:\n%s\nwant\n%s", name, got, rows)
			}
		}
	}
	t.Run("as it came", check)
	for _, table := range []string{"flows", "dns", "http", "tls"} {
		if err := s.Exec(t.Context(), "CREATE OR REPLACE TABLE "+table+" AS SELECT * FROM "+table+" ORDER BY hash("+table+")"); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("shuffled", check)
	l, err := OpenLibrary("")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range l.Queries {
		if !answered[q.Name] {
			t.Errorf("%s has no answer in golden.txt", q.Name)
		}
	}
}
