package warehouse

import (
	"path/filepath"
	"testing"

	"weir/warehouse/schema"
)

// inverted is a spelling of the small flows table whose names are those of
// other columns, so that a name taken for the wrong one shows.
func inverted() *schema.Dialect {
	return &schema.Dialect{Name: "inverted", View: "inverted", Table: "flows", Rows: "fwd_packets > 1", Spellings: []schema.Spelling{
		{Header: "bwd_packets", Name: "bwd_packets", Of: []string{"fwd_packets"}, Type: schema.Double, SQL: "fwd_packets"},
		{Header: "Fwd_Packets", Name: "Fwd_Packets", Of: []string{"bwd_packets"}, Type: schema.Int64, SQL: "bwd_packets"},
		{Header: "protocol", Name: "protocol", Of: []string{"protocol"}, Type: schema.Text, SQL: "upper(protocol)"},
		{Header: "protocol", Name: "protocol.1", Of: []string{"protocol", "src_ip"}, Type: schema.Text, SQL: "protocol || src_ip"},
		{Header: "only merged", Name: "only merged", Of: []string{"src_port"}, Type: schema.Int64, SQL: "src_port", Merged: true},
	}}
}

func TestDialectViews(t *testing.T) {
	store, _ := small(t)
	lacking := inverted()
	lacking.View = "lacking"
	lacking.Spellings = append(lacking.Spellings, schema.Spelling{Header: "x", Name: "x", Of: []string{"not_there"}, Type: schema.Text, SQL: "not_there"})
	hidden := inverted()
	hidden.View = ""
	s, err := OpenSession(t.Context(), store.dir, []*schema.Table{flowsTable()}, SessionOptions{Dialects: []*schema.Dialect{inverted(), lacking, hidden}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rows, err := s.Query(t.Context(), "SELECT src_ip FROM flows") // its connection is not there for views
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	// Rows 2, 3, 4 of tcp and 2 of udp have more than one forward packet.
	expect(t, s, "FROM inverted WHERE bwd_packets > 1 ORDER BY ALL", "2|2|TCP|tcp10.0.0.2|2\n2|2|UDP|udp10.0.0.2|2\n3|0|TCP|tcp10.0.0.3|3\n4|1|TCP|tcp10.0.0.4|4")
	expect(t, s, "SELECT column_type FROM (DESCRIBE inverted)", "DOUBLE\nBIGINT\nVARCHAR\nVARCHAR\nBIGINT")
	expect(t, s, "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL", "flows\ninverted")
	expect(t, s, DialectSQL(inverted(), "(SELECT * FROM flows WHERE bwd_packets = 2)", false)+" ORDER BY ALL", "2|2|TCP|tcp10.0.0.2\n2|2|UDP|udp10.0.0.2")
	if got := lacking.Missing(flowsTable()); len(got) != 1 || got[0] != "not_there" {
		t.Errorf("missing: %q", got)
	}
	if err := s.Refresh(t.Context()); err != nil {
		t.Error(err)
	}
	expect(t, s, `SELECT count(*) FROM "inverted"`, "4")
}

// TestDialectViewsOfReadOnlySession asks for the views only after the session
// was confined.
func TestDialectViewsOfReadOnlySession(t *testing.T) {
	store, _ := small(t)
	dir := t.TempDir()
	s, err := OpenSession(t.Context(), store.dir, []*schema.Table{flowsTable()},
		SessionOptions{Dialects: []*schema.Dialect{inverted()}, ReadOnly: true, CopyDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if n, err := s.CopyParquet(t.Context(), filepath.Join(dir, "out.parquet"), "FROM inverted"); n != 4 || err != nil {
		t.Errorf("copied %d rows, %v", n, err)
	}
	expect(t, s, "SELECT count(*) FROM inverted", "4")
}
