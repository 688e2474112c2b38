package shell

import (
	"slices"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	for text, want := range map[string][]string{ // the last one is what is left
		"":                                    {""},
		" \n-- only a comment\n/* and one */": {""},
		"SELECT 1;":                           {"SELECT 1", ""},
		"SELECT 1":                            {"SELECT 1"},
		"SELECT 1; SELECT\n2 ;\n":             {"SELECT 1", "SELECT\n2", ""},
		";;SELECT 1;;":                        {"SELECT 1", ""},
		"SELECT ';' AS \"a;b\";":              {"SELECT ';' AS \"a;b\"", ""},
		"SELECT 'it''s; here';":               {"SELECT 'it''s; here'", ""},
		`SELECT E'\';', 2; x`:                 {`SELECT E'\';', 2`, "x"},
		"SELECT $$a;b$$, $t$;$$;$t$; y":       {"SELECT $$a;b$$, $t$;$$;$t$", "y"},
		"SELECT $1; SELECT $2;":               {"SELECT $1", "SELECT $2", ""},
		"SELECT 1 -- no; end\n;":              {"SELECT 1 -- no; end", ""},
		"SELECT /* a; /* b; */ c; */ 1;":      {"SELECT /* a; /* b; */ c; */ 1", ""},
		"SELECT 1; -- done":                   {"SELECT 1", ""},
		"SELECT 1; 'open; string":             {"SELECT 1", "'open; string"},
		"SELECT 1; /* open; comment":          {"SELECT 1", "/* open; comment"},
		"SELECT a$b$ FROM t; z":               {"SELECT a$b$ FROM t", "z"},
	} {
		statements, rest := split(text)
		if got := append(statements, rest); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if Complete(text) != (want[len(want)-1] == "") {
			t.Errorf("%q: complete is %v", text, Complete(text))
		}
	}
	if !Complete(" .tables") || !Complete(".mode 'open") {
		t.Error("a dot-command waits for more")
	}
}

func TestOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT 1,\n\t2 -- why\n+ 3;": "SELECT 1, 2 + 3;",
		"SELECT /* a\nb */ 1\n;":      "SELECT 1;",
		"SELECT '-- no comment';":     "SELECT '-- no comment';",
		".mode csv\n":                 ".mode csv",
		"-- nothing":                  "",
	} {
		if got, ok := OneLine(text); got != want || !ok {
			t.Errorf("%q: %q, %v", text, got, ok)
		}
	}
	for _, text := range []string{"SELECT 'two\nlines';", "SELECT 'open"} {
		if line, ok := OneLine(text); ok {
			t.Errorf("%q has become the line %q", text, line)
		}
	}
}

// FuzzSplit holds that no text is lost, and that what is complete stays so.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"SELECT 1; SELECT 2", "'a;b'; --c\n/*d*/;", "$x$;$x$;E'\\'';\"", "\x00\xff;$$", "/*/**/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		statements, rest := split(text)
		at := 0
		for _, s := range append(statements, rest) {
			i := strings.Index(text[at:], s)
			if i < 0 {
				t.Fatalf("%q is not in %q in order", s, text)
			}
			at += i + len(s)
		}
		for _, s := range statements {
			again, left := split(s + "\n;")
			if left != "" || len(again) != 1 || again[0] != s {
				t.Fatalf("the statement %q of %q is split into %q, %q", s, text, again, left)
			}
		}
		if line, ok := OneLine(text); ok && !isCommand(text) {
			if again, ok := OneLine(line); !ok || again != line {
				t.Fatalf("%q becomes %q, and that %q", text, line, again)
			}
		}
	})
}
