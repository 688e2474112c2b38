package warehouse

import (
	"os/exec"
	"strings"
	"testing"

	"weir/warehouse/schema"
)

// deltaReader prints what delta-rs and PyArrow find in the flows table.
const deltaReader = `
import sys
try:
    import deltalake, pyarrow as pa, pyarrow.compute as pc
except ImportError as e:
    print("skip", e); sys.exit(0)
dt = deltalake.DeltaTable(sys.argv[1])
t = dt.to_pyarrow_table() if hasattr(dt, "to_pyarrow_table") else pa.table(dt.to_arrow_table())
print(t.num_rows, pc.sum(t["bytes"]).as_py(), t["bytes"].null_count, len(set(t["flow_uid"].to_pylist())))
print(sorted(set(t["protocol"].to_pylist())), sorted(set(map(str, t["date"].to_pylist()))))
print(pc.max(t["start_time"]).as_py().isoformat(), sum(len(x) for x in t["ports"].to_pylist() if x is not None))
few = dt.to_pyarrow_table(filters=[("protocol", "=", "a/b=c %"), ("bytes", ">", 3)])
print(few.num_rows)
`

// TestDeltaRS compares what an independent implementation reads with what was
// written, among it a partition value that needs escaping twice.
func TestDeltaRS(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	interpreter, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	dir := t.TempDir()
	tables := threeTables()
	h, err := Open(dir, tables)
	if err != nil {
		t.Fatal(err)
	}
	w := h.NewWriter(WriterOptions{BufferRows: 300})
	for _, id := range []string{"one", "two"} {
		if err := w.Begin(id); err != nil {
			t.Fatal(err)
		}
		if err := fill(w, id, 1000); err != nil {
			t.Fatal(err)
		}
		if id == "two" {
			appendOdd(t, w, tables[1])
		}
		if err := w.End(); err != nil {
			t.Fatal(err)
		}
	}
	closeWriter(t, w)
	out, err := exec.Command(interpreter, "-c", deltaReader, h.stores[1].dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if strings.HasPrefix(string(out), "skip") {
		t.Skipf("python: %s", out)
	}
	// Of 1000 flows: bytes is the sum of those below 1000 that are no multiples of 5, and ports
	// has i%4 elements but where it is null, which is for multiples of 28, which have none.
	want := `2006 800015 400 2006
['a/b=c %', 'icmp', 'tcp', 'udp'] ['2026-11-22']
1970-01-01T00:00:00.999000+00:00 3006
2
`
	if got := string(out); got != want {
		t.Errorf("delta-rs reads\n%swant\n%s", got, want)
	}
}

// appendOdd appends six flows with bytes 0 to 5, none of them null.
func appendOdd(t *testing.T, w *Writer, flows *schema.Table) {
	t.Helper()
	b, err := w.Batch(flows, testDay, "a/b=c %")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		b.Vectors[0].AppendString("odd"+string(rune('0'+i)), true)
		b.Vectors[1].AppendString("two", true)
		b.Vectors[2].AppendInt64(0, true)
		b.Vectors[3].AppendInt64(int64(i), true)
		b.Vectors[4].Elem.AppendInt32(int32(i), true)
		b.Vectors[4].EndList(true)
		b.Keys = append(b.Keys, schema.Key{})
	}
	if err := w.Grown(b); err != nil {
		t.Fatal(err)
	}
}
