package warehouse

import (
	"strings"

	"weir/warehouse/schema"
)

// condition returns what an expression of a WHERE says of the rows of a table.
func (r *reading) condition(s scope, node map[string]any) condition {
	children := nodesIn(node, "children")
	switch kind := textIn(node, "type"); kind {
	case "CONJUNCTION_AND", "CONJUNCTION_OR":
		var parts []condition
		for _, child := range children {
			child, _ := child.(map[string]any)
			parts = append(parts, r.condition(s, child))
		}
		if kind == "CONJUNCTION_AND" {
			return allOf(parts)
		}
		return oneOf(parts)
	case "COMPARE_BETWEEN":
		input := nodeIn(node, "input")
		return allOf([]condition{r.comparison(s, input, greaterOrEqual, nodeIn(node, "lower")), r.comparison(s, input, lessOrEqual, nodeIn(node, "upper"))})
	case "COMPARE_IN":
		return r.listed(s, children)
	case "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL":
		c, ok := s.column(first(children))
		switch {
		case !ok:
			return nil
		case kind == "OPERATOR_IS_NULL":
			return isNull(c.Name)
		default:
			return isNotNull(c.Name)
		}
	case "FUNCTION":
		return r.pattern(s, node)
	default:
		left, right, o := nodeIn(node, "left"), nodeIn(node, "right"), operator(kind)
		if c := r.comparison(s, left, o, right); c != nil {
			return c
		}
		return r.comparison(s, right, o.flipped(), left)
	}
}

func first(nodes []any) map[string]any {
	if len(nodes) == 0 {
		return nil
	}
	node, _ := nodes[0].(map[string]any)
	return node
}

// comparison is the condition that column stands so to constant, if they are these.
func (r *reading) comparison(s scope, column map[string]any, o operator, constant map[string]any) condition {
	c, ok := s.column(column)
	if !ok || o.flipped() == "" {
		return nil
	}
	v := r.value(c, o, constant)
	if v == nil {
		return nil
	}
	return compares(c, o, v)
}

// listed is the condition of IN: a column and values.
func (r *reading) listed(s scope, children []any) condition {
	if len(children) < 2 {
		return nil
	}
	var parts []condition
	for _, child := range children[1:] {
		child, _ := child.(map[string]any)
		parts = append(parts, r.comparison(s, first(children), equal, child))
	}
	return oneOf(parts)
}

// pattern is the condition of LIKE: what stands before its first wildcard.
func (r *reading) pattern(s scope, node map[string]any) condition {
	children := nodesIn(node, "children")
	if textIn(node, "function_name") != "~~" || len(children) != 2 {
		return nil
	}
	c, ok := s.column(first(children))
	if !ok || c.Type != schema.Text {
		return nil
	}
	v := r.value(c, equal, first(children[1:]))
	if v == nil {
		return nil
	}
	wild := strings.IndexAny(v.text, `%_\`)
	if wild < 0 {
		return compares(c, equal, v)
	}
	return beginsWith(c, v.text[:wild])
}

// column returns the column of the scope's table that a node is, if it is one
// that the log has statistics of.
func (s scope) column(node map[string]any) (schema.Column, bool) {
	if textIn(node, "type") != "COLUMN_REF" {
		return schema.Column{}, false
	}
	names := nodesIn(node, "column_names")
	qualified := len(names) == 2
	if len(names) != 1 && !qualified || !qualified && !s.alone {
		return schema.Column{}, false
	}
	name, _ := names[len(names)-1].(string)
	if of, _ := names[0].(string); qualified && !strings.EqualFold(of, s.name) {
		return schema.Column{}, false
	}
	c, ok := s.table.Column(strings.ToLower(name))
	return c, ok && c.Stats
}
