package warehouse

import (
	"strings"

	"weir/warehouse/schema"
)

// reading is what a statement reads of the tables: for each, the conditions
// of the rows that matter to the answer. They are taken from the tree of the
// statement, where SQL's own rules say that other rows do not matter: the
// WHERE of a SELECT whose FROM is the table, or inner joins with it. What is not
// understood is no condition.
type reading struct {
	tables map[string]*schema.Table // by the names of the views in small letters, nil for those of dialects
	args   []any
	// rows has a condition for each place where a table is read.
	rows map[string][]condition
	// instants are the values that DuckDB is to work out.
	instants []*instant
	// hidden tells that the statement may read tables in places that do not show.
	hidden bool
	common map[string]bool // names of WITH
}

// readingOf looks at a statement. It returns nil if it is not understood well
// enough to say where the statement reads tables.
func readingOf(tree statementTree, tables []*schema.Table, dialects []*schema.Dialect, args []any) *reading {
	if tree.Error {
		return nil
	}
	r := &reading{tables: map[string]*schema.Table{}, args: args, rows: map[string][]condition{}, common: map[string]bool{}}
	for _, t := range tables {
		r.tables[strings.ToLower(t.Name)] = t
	}
	for _, d := range dialects {
		r.tables[strings.ToLower(d.View)] = nil
	}
	r.findCommon(tree.Statements)
	r.walk(tree.Statements)
	if r.hidden {
		return nil
	}
	return r
}

// of returns the condition of the rows of a table that matter.
func (r *reading) of(t *schema.Table) condition {
	places := r.rows[strings.ToLower(t.Name)]
	if len(places) == 0 {
		return nil
	}
	return oneOf(places)
}

// findCommon collects the names that WITH gives. One that a table has too
// hides it, which is not followed here.
func (r *reading) findCommon(tree any) {
	eachNode(tree, func(node map[string]any) {
		for _, entry := range nodesIn(nodeIn(node, "cte_map"), "map") {
			entry, _ := entry.(map[string]any)
			r.commonTable(textIn(entry, "key"))
		}
		r.commonTable(textIn(node, "cte_name"))
		r.commonTable(textIn(node, "ctename"))
	})
}

func (r *reading) commonTable(name string) {
	if name = strings.ToLower(name); name != "" {
		r.common[name] = true
		_, view := r.tables[name]
		r.hidden = r.hidden || view
	}
}

// eachNode visits a tree from above.
func eachNode(tree any, visit func(node map[string]any)) {
	switch below := tree.(type) {
	case []any:
		for _, node := range below {
			eachNode(node, visit)
		}
	case map[string]any:
		visit(below)
		for _, node := range below {
			eachNode(node, visit)
		}
	}
}

func (r *reading) walk(tree any) {
	switch below := tree.(type) {
	case []any:
		for _, node := range below {
			r.walk(node)
		}
	case map[string]any:
		r.node(below)
	}
}

func (r *reading) node(node map[string]any) {
	where, from := nodeIn(node, "where_clause"), nodeIn(node, "from_table")
	switch textIn(node, "type") {
	case "BASE_TABLE":
		r.place(node, nil)
		return
	case "TABLE_FUNCTION":
		r.hidden = r.hidden || !isTableFunction(textIn(nodeIn(node, "function"), "function_name"))
	case "SHOW_REF": // of a name, which may be that of anything
		r.hidden = r.hidden || textIn(node, "table_name") != ""
	case "SELECT_NODE":
		r.from(from, scope{where: where, alone: textIn(from, "type") == "BASE_TABLE", names: namesOf(from)})
		from = nil
	}
	for key, below := range node {
		if key != "from_table" {
			r.walk(below)
		}
	}
	if from != nil {
		r.node(from)
	}
}

// scope is what the names of a WHERE stand for.
type scope struct {
	where map[string]any
	names map[string]int // how many parts of the FROM have a name
	alone bool           // the FROM is one table
	table *schema.Table
	name  string // of the table
}

// from looks at the FROM of a SELECT, whose rows WHERE chooses after inner joins.
func (r *reading) from(node map[string]any, s scope) {
	switch kind, how := textIn(node, "join_type"), textIn(node, "ref_type"); {
	case textIn(node, "type") == "BASE_TABLE":
		r.place(node, &s)
	case textIn(node, "type") == "JOIN" && kind == "INNER" && (how == "REGULAR" || how == "CROSS"):
		r.from(nodeIn(node, "left"), s)
		r.from(nodeIn(node, "right"), s)
		r.walk(node["condition"])
	default:
		r.walk(node)
	}
}

// namesOf counts the names in a FROM.
func namesOf(from map[string]any) map[string]int {
	names := map[string]int{}
	var count func(node map[string]any)
	count = func(node map[string]any) {
		if textIn(node, "type") == "JOIN" {
			count(nodeIn(node, "left"))
			count(nodeIn(node, "right"))
			return
		}
		names[nameOf(node)]++
	}
	count(from)
	return names
}

// nameOf returns what a part of a FROM is called, in small letters.
func nameOf(node map[string]any) string {
	if alias := textIn(node, "alias"); alias != "" {
		return strings.ToLower(alias)
	}
	return strings.ToLower(textIn(node, "table_name"))
}

// place takes a place where a table is read, with the scope of the WHERE that
// applies to it, if any.
func (r *reading) place(node map[string]any, s *scope) {
	name := strings.ToLower(textIn(node, "table_name"))
	database, space := textIn(node, "catalog_name"), textIn(node, "schema_name")
	if database == "" && space == "" && r.common[name] {
		return
	}
	t := r.tables[name]
	ours := (database == "" || strings.EqualFold(database, "memory")) && (space == "" || strings.EqualFold(space, "main"))
	if t == nil || !ours {
		r.hidden = true
		return
	}
	// A sample is taken before WHERE, and columns may have got other names.
	plain := node["sample"] == nil && node["at_clause"] == nil && len(nodesIn(node, "column_name_alias")) == 0
	var c condition
	if s != nil && plain && s.where != nil && s.names[nameOf(node)] == 1 {
		s.table, s.name = t, nameOf(node)
		c = r.condition(*s, s.where)
	}
	r.rows[name] = append(r.rows[name], c)
}
