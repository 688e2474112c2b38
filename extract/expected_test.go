package extract

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"weir/extract/capture"
	"weir/extract/decode"
	"weir/extract/flow"
	"weir/testdata/beside"
	"weir/warehouse/schema"
)

func meter(t *testing.T, path string, workers int) (*memorySink, Stats, capture.Info) {
	t.Helper()
	c := DefaultConfig()
	c.Workers = workers
	source, err := capture.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	sink := newMemorySink()
	stats, err := NewPipeline(c, NewCatalogues()).Run(context.Background(), &flow.Origin{ID: "test", Source: filepath.Base(path)}, source, sink)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return sink, stats, source.Info()
}

// TestExpected compares every capture with the answers of a second
// implementation of the metering rules: the sums of all, and the rows of
// those with few flows, column by column.
func TestExpected(t *testing.T) {
	captures, expected := beside.Path(t, "captures"), beside.Path(t, "expected")
	f, err := os.Open(filepath.Join(expected, "captures.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		want := map[string]string{}
		for i, name := range lines[0] {
			if i < len(line) {
				want[name] = line[i]
			}
		}
		t.Run(want["capture"], func(t *testing.T) {
			if testing.Short() && len(want["packets"]) > 4 {
				t.Skip("a large capture")
			}
			if want["rejected_truncated"] == "" {
				if s, err := capture.Open(filepath.Join(captures, want["capture"])); err == nil {
					s.Close()
					t.Fatal("opened, but is refused by the second implementation")
				}
				return
			}
			sink, stats, info := meter(t, filepath.Join(captures, want["capture"]), 2)
			compareStats(t, want, stats, info)
			compareRows(t, filepath.Join(expected, "flows", want["capture"]+".ndjson.gz"), sink.rows("flows"))
		})
	}
}

func compareStats(t *testing.T, want map[string]string, s Stats, info capture.Info) {
	t.Helper()
	for name, got := range map[string]int64{
		"packets": s.Packets, "bytes": s.Bytes, "flows": s.Flows, "packets_in_flows": s.InFlows(),
		"rejected_truncated": s.Rejected[decode.Truncated], "rejected_malformed": s.Rejected[decode.Malformed],
		"rejected_unsupported_link": s.Rejected[decode.UnsupportedLink], "rejected_not_data": s.Rejected[decode.NotData],
	} {
		if w, err := strconv.ParseInt(want[name], 10, 64); err != nil || w != got {
			t.Errorf("%s: got %d, want %s", name, got, want[name])
		}
	}
	if s.Packets > 0 {
		const layout = "2006-01-02T15:04:05.000000Z"
		for name, ns := range map[string]int64{"first_time": s.First, "last_time": s.Last} {
			if got := time.UnixMicro(schema.Micros(ns)).UTC().Format(layout); got != want[name] {
				t.Errorf("%s: got %s, want %s", name, got, want[name])
			}
		}
	}
	if (info.Warning != "") != (want["warning"] != "") {
		t.Errorf("warning: got %q, want %q", info.Warning, want["warning"])
	}
}

func compareRows(t *testing.T, path string, got []row) {
	t.Helper()
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	bad := 0
	n := 0
	for ; lines.Scan(); n++ {
		var want map[string]any
		d := json.NewDecoder(strings.NewReader(lines.Text()))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if n >= len(got) {
			continue
		}
		if diff := difference(want, got[n].values); diff != "" {
			bad++
			if bad <= 5 {
				t.Errorf("row %d (%s): %s", n, want["flow_id"], diff)
			}
		}
	}
	if n != len(got) {
		t.Errorf("%d rows, want %d", len(got), n)
	}
	if bad > 0 {
		t.Errorf("%d of %d rows differ", bad, n)
	}
}

// difference tells in which stored columns a row differs.
func difference(want, got map[string]any) string {
	var diffs []string
	for name, g := range got {
		w, ok := want[name]
		if !ok || same(w, g) {
			continue
		}
		diffs = append(diffs, fmt.Sprintf("%s: got %v, want %v", name, g, w))
	}
	return strings.Join(diffs, "; ")
}

func same(want, got any) bool {
	switch g := got.(type) {
	case nil:
		return want == nil
	case string:
		return want == g
	case int64:
		switch w := want.(type) {
		case json.Number:
			return w.String() == strconv.FormatInt(g, 10)
		case string: // a timestamp
			return w == time.UnixMicro(g).UTC().Format("2006-01-02T15:04:05.000000Z")
		}
	case float64:
		if w, ok := want.(json.Number); ok {
			x, _ := w.Float64()
			return math.Abs(x-g) <= 1e-9*max(1, math.Abs(x))
		}
	}
	return false
}
