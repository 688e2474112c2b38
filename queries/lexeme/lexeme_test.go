package lexeme

import (
	"slices"
	"testing"
)

// cut returns the lexemes of SQL that are neither blanks nor comments; what has
// no end is the last one, marked.
func cut(sql string) (lexemes []string) {
	for len(sql) > 0 {
		n, content := Next(sql)
		if n < 0 {
			return append(lexemes, "open: "+sql)
		}
		if content {
			lexemes = append(lexemes, sql[:n])
		}
		sql = sql[n:]
	}
	return lexemes
}

func TestNext(t *testing.T) {
	for sql, want := range map[string][]string{
		"":                      nil,
		"SELECT 1;":             {"SELECT", "1", ";"},
		"a -- b\n c":            {"a", "c"},
		"a /* b /* c */ d */ e": {"a", "e"},
		"a /* b /* c */ d":      {"a", "open: /* b /* c */ d"},
		"'it''s' \"a\"\"b\"":    {"'it'", "'s'", "\"a\"", "\"b\""},
		`E'\'' e'\\'`:           {`E'\''`, `e'\\'`},
		"'\\' x":                {"'\\'", "x"},
		"$$ ' $$ $t$ $$ $t$ x":  {"$$ ' $$", "$t$ $$ $t$", "x"},
		"$name + $1$2 $":        {"$name", "+", "$1", "$2", "$"},
		"a$b$c":                 {"a$b$c"},
		"größe_1":               {"größe_1"},
		"'open":                 {"open: 'open"},
		"\"open":                {"open: \"open"},
		"$t$ open $$":           {"open: $t$ open $$"},
		"E'open\\'":             {"open: E'open\\'"},
	} {
		if got := cut(sql); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", sql, got, want)
		}
	}
}
