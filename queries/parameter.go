package queries

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"weir/warehouse"
)

// Type is what values a parameter takes.
type Type string

// The types of parameters, and how their values are written.
const (
	Integer Type = "integer" // 50, -1, 1_000
	Number  Type = "number"  // 0.8
	Boolean Type = "boolean" // true, false
	Text    Type = "text"    // anything
	// Span is a length of time, a whole number and a unit: 500ms, 30s, 5m, 2h,
	// 7d. In SQL it is a text that CAST($x AS INTERVAL) takes.
	Span Type = "span"
	// Time is an instant: 2026-11-22, 2026-11-22 10:30, with seconds, with a
	// zone as in RFC 3339 (UTC without one), infinity or -infinity. In SQL it
	// is a text that CAST($x AS TIMESTAMPTZ) takes.
	Time Type = "time"
)

// duck returns DuckDB's type of the values.
func (t Type) duck() string {
	switch t {
	case Integer:
		return "BIGINT"
	case Number:
		return "DOUBLE"
	case Boolean:
		return "BOOLEAN"
	default:
		return "VARCHAR"
	}
}

// Parameter is a value that a query leaves open: $name in its SQL.
type Parameter struct {
	Name    string `json:"name"`
	Type    Type   `json:"type"`
	Default string `json:"default"`
	Doc     string `json:"doc"`
}

// parse returns the value that text stands for, as it is bound and as it is
// written in SQL.
func (p Parameter) parse(text string) (bound any, literal string, err error) {
	switch p.Type {
	case Integer:
		n, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64)
		if err != nil {
			return nil, "", p.reject(text, "a whole number such as 50")
		}
		return n, strconv.FormatInt(n, 10), nil
	case Number:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, "", p.reject(text, "a number such as 0.8")
		}
		return x, "CAST(" + strconv.FormatFloat(x, 'g', -1, 64) + " AS DOUBLE)", nil
	case Boolean:
		if text != "true" && text != "false" {
			return nil, "", p.reject(text, "true or false")
		}
		return text == "true", text, nil
	case Text:
		if strings.ContainsRune(text, 0) {
			return nil, "", p.reject(text, "a text without zero bytes")
		}
		return text, warehouse.QuoteText(text), nil
	case Span:
		span, ok := parseSpan(text)
		if !ok {
			return nil, "", p.reject(text, "a length of time such as 500ms, 30s, 5m, 2h or 7d")
		}
		return span, warehouse.QuoteText(span), nil
	default:
		at, ok := parseTime(text)
		if !ok {
			return nil, "", p.reject(text, "a time such as 2026-11-22, '2026-11-22 10:30' or 2026-11-22T10:30:00Z")
		}
		return at, warehouse.QuoteText(at), nil
	}
}

func (p Parameter) reject(text, want string) error {
	return fmt.Errorf("parameter %s takes %s, not %q", p.Name, want, text)
}

var spanPattern = regexp.MustCompile(`^(\d{1,9})(ms|s|m|h|d)$`)

// parseSpan returns a length of time above 0 in words that DuckDB knows.
func parseSpan(text string) (string, bool) {
	m := spanPattern.FindStringSubmatch(text)
	if m == nil || strings.Trim(m[1], "0") == "" {
		return "", false
	}
	unit := map[string]string{"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[m[2]]
	return m[1] + " " + unit, true
}

// parseTime returns an instant as DuckDB reads it.
func parseTime(text string) (string, bool) {
	if text == "infinity" || text == "-infinity" {
		return text, true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04:05",
		"2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil && at.Year() > 0 {
			return at.UTC().Format("2006-01-02 15:04:05.999999+00"), true
		}
	}
	return "", false
}
