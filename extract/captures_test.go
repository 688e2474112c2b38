package extract

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"weir/extract/capture"
	"weir/extract/decode"
	"weir/testdata/beside"
)

func TestColumnsOfCaptures(t *testing.T) {
	b, err := os.ReadFile(beside.Path(t, "spec", "columns.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, line := range strings.Split(string(b), "\n") {
		if f := strings.Split(line, "\t"); f[0] == "captures" {
			want = append(want, strings.Join([]string{f[2], f[3], f[4], f[5]}, " "))
		}
	}
	for _, c := range NewCatalogues().Captures.Table.Columns {
		got = append(got, strings.Join([]string{c.Name, c.Type.String(), c.Unit, "stored"}, " "))
		if c.Derived() || c.Doc == "" {
			t.Errorf("%s is derived or has no definition", c.Name)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("columns\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestCaptureRow(t *testing.T) {
	c := Capture{
		ID: "id", Source: "a.pcap", Path: "dir/a.pcap", FileBytes: 7, Settings: "{}", Version: "v1", IngestedAt: time.UnixMicro(99),
		Info: capture.Info{Format: "pcap", Links: []capture.LinkType{1, 101}, Warning: "cut off", Dropped: 0, DroppedKnown: true},
		Stats: Stats{Packets: 15, Bytes: 900, Flows: 3, First: -1, Last: 2999,
			Rejected: [decode.Rejects]int64{decode.Accepted: 5, decode.Truncated: 4, decode.Malformed: 3, decode.UnsupportedLink: 2, decode.NotData: 1}},
	}
	rowOf := func(c *Capture) row {
		sink := newMemorySink()
		if err := c.AppendTo(sink, NewCatalogues()); err != nil {
			t.Fatal(err)
		}
		for _, b := range sink.batches {
			for i, col := range b.Columns {
				if v := &b.Vectors[i]; col.Name == "link_types" && (v.Elem.Rows() != len(c.Info.Links) || v.Null(0)) {
					t.Errorf("link_types has %d elements", v.Elem.Rows())
				}
			}
		}
		return sink.rows("captures")[0]
	}
	r := rowOf(&c)
	delete(r.values, "link_types")
	want := map[string]any{
		"capture_id": "id", "source": "a.pcap", "path": "dir/a.pcap", "file_bytes": int64(7), "format": "pcap",
		"packets": int64(15), "bytes": int64(900), "flows": int64(3), "first_time": int64(-1), "last_time": int64(2),
		"packets_in_flows": int64(5), "rejected_truncated": int64(4), "rejected_malformed": int64(3),
		"rejected_unsupported_link": int64(2), "rejected_not_data": int64(1), "dropped": int64(0), "warning": "cut off",
		"settings": "{}", "weir_version": "v1", "ingested_at": int64(99),
	}
	if !reflect.DeepEqual(r.values, want) {
		t.Errorf("got %v, want %v", r.values, want)
	}
	c.Stats.Unread = 2
	if got, want := rowOf(&c).values["warning"], "cut off; a fault of this program kept it from reading the application layer of 2 flows"; got != want {
		t.Errorf("the warning is %q, want %q", got, want)
	}
	// What is not known is null.
	empty := rowOf(&Capture{}).values
	for _, name := range []string{"first_time", "last_time", "dropped", "warning"} {
		if empty[name] != nil {
			t.Errorf("%s is %v, want null", name, empty[name])
		}
	}
}
