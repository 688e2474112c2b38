package http

import (
	"strings"
	"testing"

	"weir/extract/app/event"
	"weir/extract/decode"
	"weir/warehouse/schema"
)

func TestCatalogue(t *testing.T) {
	c := Catalogue()
	var names []string
	for _, col := range c.Table.Columns {
		names = append(names, col.Name)
	}
	const want = "date time flow_uid capture_id src_ip src_port dst_ip dst_port depth method host uri version user_agent referrer request_bytes status reason content_type response_bytes latency_us"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("columns: %s", got)
	}
	batch := schema.NewBatch(c.Table, []string{"2024-01-01"})
	var p Parser
	p.Reset(&event.Flow{Family: decode.IPv4, Ports: true}, NewSink(func(e *Event) { c.Append(batch, []*Event{e}, []schema.Key{e.Key()}) }))
	p.Data(0, []byte("GET / HTTP/1.1\r\nReferer: r\r\n\r\n"), event.Stamp{})
	p.Data(1, []byte("HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\n."), event.Stamp{Time: 5000})
	p.Data(1, []byte("HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\n."), event.Stamp{Time: 6000})
	vector := func(name string) *schema.Vector {
		for i, col := range batch.Columns {
			if col.Name == name {
				return &batch.Vectors[i]
			}
		}
		t.Fatal(name)
		return nil
	}
	if s, l := vector("status"), vector("latency_us"); s.Int32[0] != 404 || l.Int64[0] != 5 || !l.Null(1) {
		t.Errorf("status %d, latency %d, null %t", s.Int32[0], l.Int64[0], l.Null(1))
	}
	if v := vector("referrer"); string(v.Text(0)) != "r" || !v.Null(1) {
		t.Errorf("referrer %q, then null %t", v.Text(0), v.Null(1))
	}
	if v := vector("request_bytes"); v.Null(0) || !v.Null(1) {
		t.Error("request_bytes is null exactly without a request")
	}
}
