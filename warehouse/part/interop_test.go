package part

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"weir/warehouse/schema"
)

// python reads the file with PyArrow and DuckDB, compares the two, uses the
// statistics of each, and prints the rows as PyArrow finds them.
const python = `
import json, struct, sys
try:
    import duckdb, pyarrow as pa, pyarrow.parquet as pq
except ImportError as e:
    print("skip", e); sys.exit(0)
path = sys.argv[1]
f = pq.ParquetFile(path, page_checksum_verification=True)
table = f.read()
con = duckdb.connect()
con.execute("set timezone='UTC'")
quoted = path.replace("'", "''")
duck = con.sql(f"select * from read_parquet('{quoted}')").to_arrow_table()
def plain(column):
    if pa.types.is_timestamp(column.type): column = column.cast(pa.int64())
    if pa.types.is_date(column.type): column = column.cast(pa.int32())
    return [struct.pack('<d', x).hex() if isinstance(x, float) else x for x in column.to_pylist()]
rows = {}
for name in table.column_names:
    rows[name] = plain(table.column(name))
    other = plain(duck.column(name))
    if rows[name] != other:
        bad = [i for i, (a, b) in enumerate(zip(rows[name], other)) if a != b]
        sys.exit(f"duckdb and pyarrow differ in {name} at {bad[:3]}")
meta = f.metadata
indexed = sum(meta.row_group(g).column(i).has_offset_index and meta.row_group(g).column(i).has_column_index
              for g in range(meta.num_row_groups) for i in range(meta.num_columns))
for name in table.column_names:
    if name.endswith('_0') and not isinstance(table.column(name).type, pa.ListType):
        lo, hi, n, typ = con.execute(f"""select min("{name}")::VARCHAR, max("{name}")::VARCHAR, count("{name}"), any_value(typeof("{name}")) from read_parquet('{quoted}')""").fetchone()
        if lo is not None:
            for op, bound in (("<", lo), (">", hi)):
                if con.execute(f"""select count(*) from read_parquet('{quoted}') where "{name}" {op} ?::{typ}""", [bound]).fetchone()[0]:
                    sys.exit(f"statistics of {name} are wrong")
            if not con.execute(f"""select count(*) from read_parquet('{quoted}') where "{name}" = ?::{typ}""", [hi]).fetchone()[0]:
                sys.exit(f"maximum of {name} is pruned away")
        if n != sum(x is not None for x in rows[name]):
            sys.exit(f"null count of {name} is wrong")
for g in range(meta.num_row_groups):
    for i in range(meta.num_columns):
        c = meta.row_group(g).column(i)
        if c.statistics is None or not c.statistics.has_null_count:
            sys.exit(f"{c.path_in_schema} has no statistics")
print(json.dumps({"rows": rows, "schema": {x.name: str(x.type) for x in table.schema},
                  "required": [x.name for x in table.schema if not x.nullable], "indexed": indexed, "chunks": meta.num_row_groups*meta.num_columns}))
`

// TestOtherReaders reads a file by PyArrow and DuckDB.
func TestOtherReaders(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	table := allTypes()
	r := rand.New(rand.NewPCG(3, 4))
	a := randomBatch(r, table, 900, style{nulls: 0.3, distinct: 40}, false)
	// Within years that Python has, but for the columns that are no dates.
	b := randomBatch(r, table, 600, style{nulls: 0.3, extreme: true}, true)
	for i, c := range b.Columns {
		v := &b.Vectors[i]
		for j := range v.Int32 {
			if c.Type == schema.Date {
				v.Int32[j] %= 10_000
			}
		}
		for j := range v.Int64 {
			if c.Type == schema.Timestamp {
				v.Int64[j] %= 1e15
			}
		}
	}
	for name, enc := range kinds(t) {
		t.Run(name, func(t *testing.T) {
			data, _ := writeFile(t, table, enc, a, b)
			checkPython(t, table, runPython(t, data), a, b)
		})
	}
}

// checkPython compares the rows that Python found with those of the batches.
func checkPython(t *testing.T, table *schema.Table, got pythonResult, batches ...*schema.Batch) {
	t.Helper()
	if got.Indexed != got.Chunks {
		t.Errorf("%d of %d chunks have a page index", got.Indexed, got.Chunks)
	}
	for i, c := range table.Stored() {
		if want := arrowType(c.Type); got.Schema[c.Name] != want {
			t.Errorf("column %s is read as %s, want %s", c.Name, got.Schema[c.Name], want)
		}
		row := 0
		for _, batch := range batches {
			for _, j := range expectedOrder(batch) {
				want := jsonCell(&batch.Vectors[i], j)
				if g := string(got.Rows[c.Name][row]); g != want {
					t.Fatalf("column %s row %d: got %.100s, want %.100s", c.Name, row, g, want)
				}
				row++
			}
		}
	}
}

type pythonResult struct {
	Rows            map[string][]json.RawMessage
	Schema          map[string]string
	Required        []string
	Indexed, Chunks int
}

func runPython(t *testing.T, data []byte) pythonResult {
	t.Helper()
	path := filepath.Join(t.TempDir(), "part.parquet")
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	interpreter, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	cmd := exec.Command(interpreter, "-c", python, path)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.Bytes())
	}
	if strings.HasPrefix(string(out), "skip") {
		t.Skipf("python: %s", out)
	}
	var got pythonResult
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func arrowType(t schema.Type) string {
	switch t {
	case schema.Timestamp:
		return "timestamp[us, tz=UTC]"
	case schema.Date:
		return "date32[day]"
	}
	switch t.Kind() {
	case schema.KindInt32:
		return "int32"
	case schema.KindInt64:
		return "int64"
	case schema.KindFloat64:
		return "double"
	case schema.KindBool:
		return "bool"
	case schema.KindBytes:
		return "string"
	default:
		return fmt.Sprintf("list<element: %s not null>", arrowType(t.Elem()))
	}
}

// jsonCell writes row i of a vector as the Python program does.
func jsonCell(v *schema.Vector, i int) string {
	if v.Null(i) {
		return "null"
	}
	switch v.Kind {
	case schema.KindFloat64:
		bits := math.Float64bits(v.Float64[i])
		s := ""
		for range 8 {
			s += fmt.Sprintf("%02x", byte(bits))
			bits >>= 8
		}
		return `"` + s + `"`
	case schema.KindBytes:
		s := ""
		for _, r := range string(v.Text(i)) {
			switch {
			case r > 0xFFFF:
				s += fmt.Sprintf(`\u%04x\u%04x`, 0xD800+(r-0x10000)>>10, 0xDC00+(r-0x10000)&0x3FF)
			case r > 0x7F:
				s += fmt.Sprintf(`\u%04x`, r)
			default:
				s += string(r)
			}
		}
		return `"` + s + `"`
	case schema.KindList:
		var cells []string
		for x := v.Offsets[i]; x < v.Offsets[i+1]; x++ {
			cells = append(cells, jsonCell(v.Elem, int(x)))
		}
		return "[" + strings.Join(cells, ", ") + "]"
	default:
		return cell(v, i)
	}
}

// TestOtherReadersOfPages reads chunks of many pages, dictionaries and nulls.
func TestOtherReadersOfPages(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	table, b := manyPages(45_000)
	for name, enc := range kinds(t) {
		data, _ := writeFile(t, table, enc, b)
		got := runPython(t, data)
		for i, c := range table.Stored() {
			for j := range b.Rows() {
				if g, want := string(got.Rows[c.Name][j]), jsonCell(&b.Vectors[i], j); g != want {
					t.Fatalf("%s: column %s row %d: got %.100s, want %.100s", name, c.Name, j, g, want)
				}
			}
		}
		if len(got.Required) != 1 || got.Required[0] != "time" {
			t.Errorf("%s: columns without nulls are %v, want time", name, got.Required)
		}
	}
}
