package queries

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"weir/warehouse"
)

// Rule labels flows. Rules are read from CSV with a header; each column may be
// missing, and each cell but label empty, which means any:
//
//	from, to            UTC times as weir export takes them: the flow's time overlaps
//	                    the window from from until before to
//	src, dst            address or network of an end, 10.0.0.1 or fd00::/8, or several
//	src_port, dst_port  a port, a range such as 6000-6063, or several
//	protocol            a name as weir export takes it (icmp takes both versions, dns is by
//	                    content) or an IANA number, or several
//	direction           either, the default: the flow, or the flow turned around, has
//	                    src, dst, src_port and dst_port; forward: the flow as it is
//	label               the label
//
// Several values in a cell are separated by semicolons, bars or blanks, or in a
// quoted cell by commas. Lines that begin with # are passed over. Of the rules that match a
// flow the last one decides, so that general ones come first.
type Rule struct {
	// Line is where the rule stands in its file, from 1.
	Line int
	// Label is not empty.
	Label string
	// Condition is SQL, which holds where the rule matches: over the columns of
	// flows and the numbers of its addresses, see ruleNumbers.
	Condition string
}

// ruleNumbers are the addresses of flows as numbers: to look into many networks is
// so much cheaper.
var ruleNumbers = map[string]string{"src_number": "ip_number(src_ip)", "dst_number": "ip_number(dst_ip)"}

// ruleColumns are the columns that a file of rules may have.
var ruleColumns = []string{"from", "to", "src", "dst", "src_port", "dst_port", "protocol", "direction", "label"}

// maxRuleErrors is how many faults of a file are told at once.
const maxRuleErrors = 20

// ParseRules reads a file of rules; name stands for it in errors, which name
// line and column. A file with any fault is refused as a whole.
func ParseRules(name string, r io.Reader) ([]Rule, error) {
	c := csv.NewReader(r)
	c.Comment, c.TrimLeadingSpace, c.FieldsPerRecord = '#', true, -1
	header, err := c.Read()
	if err == io.EOF {
		return nil, fmt.Errorf("%s: no rules: the first line names the columns, of %s", name, strings.Join(ruleColumns, ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	columns, err := ruleHeader(header)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var rules []Rule
	var faults []error
	for len(faults) < maxRuleErrors {
		record, err := c.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := c.FieldPos(0)
		rule, err := parseRule(columns, record)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: line %d, %w", name, line, err))
		}
		rule.Line = line
		rules = append(rules, rule)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if len(rules) == 0 {
		return nil, fmt.Errorf("%s: no rules below the header", name)
	}
	return rules, nil
}

// ruleHeader returns the name of each column.
func ruleHeader(header []string) ([]string, error) {
	var columns []string
	for i, name := range header {
		if i == 0 {
			name = strings.TrimPrefix(name, "\ufeff")
		}
		name = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(ruleColumns, name) {
			return nil, fmt.Errorf("line 1: no column of rules is called %q; there are %s", name, strings.Join(ruleColumns, ", "))
		}
		if slices.Contains(columns, name) {
			return nil, fmt.Errorf("line 1: the column %s is there twice", name)
		}
		columns = append(columns, name)
	}
	if !slices.Contains(columns, "label") {
		return nil, errors.New("line 1: there is no column label")
	}
	return columns, nil
}

// parseRule makes a rule of a line. Its error begins with the column.
func parseRule(columns, record []string) (Rule, error) {
	if len(record) != len(columns) {
		return Rule{}, fmt.Errorf("%d cells, and the header has %d columns", len(record), len(columns))
	}
	cell := map[string]string{}
	for i, name := range columns {
		cell[name] = strings.TrimSpace(record[i])
		if !utf8.ValidString(cell[name]) || strings.ContainsFunc(cell[name], unicode.IsControl) {
			return Rule{}, fmt.Errorf("%s: %q is no text of one line in UTF-8", name, cell[name])
		}
	}
	rule := Rule{Label: cell["label"]}
	if rule.Label == "" {
		return rule, errors.New("label: it is empty")
	}
	window, err := windowCondition(cell["from"], cell["to"])
	if err != nil {
		return rule, err
	}
	protocol, err := ruleProtocol(cell["protocol"])
	if err != nil {
		return rule, fmt.Errorf("protocol: %w", err)
	}
	ends, err := endsCondition(cell)
	if err != nil {
		return rule, err
	}
	conditions := slices.DeleteFunc([]string{window, protocol, ends}, func(c string) bool { return c == "" })
	if rule.Condition = strings.Join(conditions, " AND "); rule.Condition == "" {
		rule.Condition = "true"
	}
	return rule, nil
}

// Relabel is the assignment that labels flows by the rules. With clear, flows
// that no rule matches lose their label.
func Relabel(rules []Rule, clear bool) warehouse.Assignment {
	a := warehouse.Assignment{Table: "flows", Column: "label", With: ruleNumbers, Clear: clear}
	for _, r := range rules {
		a.Cases = append(a.Cases, warehouse.Case{When: r.Condition, Value: r.Label})
	}
	return a
}
