package queries

import (
	"strings"

	"weir/queries/lexeme"
)

// placeholder is a place of the SQL where $name stands.
type placeholder struct {
	name     string
	from, to int
}

// scanned is what the words of a statement show.
type scanned struct {
	uses  []placeholder
	empty bool // nothing but blanks and comments
	// bad says what is wrong at offset badAt, if anything.
	bad   string
	badAt int
}

// scanSQL finds the parameters of a statement, which what stands in strings,
// quoted names and comments is none of.
func scanSQL(sql string) scanned {
	s := scanned{empty: true}
	ended := false
	for i := 0; i < len(sql); {
		n, content := lexeme.Next(sql[i:])
		switch {
		case n < 0:
			s.bad, s.badAt = "a string, name or comment is not closed", i
			return s
		case !content:
		case ended:
			s.bad, s.badAt = "more follows the statement's `;`, but a query is one statement", i
			return s
		case sql[i] == ';':
			ended = true
		case sql[i] == '?' || sql[i] == '$' && (n == 1 || lexeme.IsDigit(sql[i+1])):
			s.bad, s.badAt = "parameters are written $name", i
			return s
		default:
			s.empty = false
			if sql[i] == '$' && lexeme.IsWord(sql[i+1]) && !strings.HasSuffix(sql[i:i+n], "$") {
				s.uses = append(s.uses, placeholder{sql[i+1 : i+n], i, i + n})
			}
		}
		i += n
	}
	return s
}
