package schema

import (
	"fmt"
	"reflect"
	"strconv"
	"testing"
)

// sample is the row type of the tests.
type sample struct{ n int64 }

func sampleCatalogue() *Catalogue[sample] {
	odd := func(r sample) bool { return r.n%2 == 1 }
	return NewCatalogue("samples", []Field[sample]{
		PartitionBy[sample](Column{Name: "date", Type: Date}),
		Int(Column{Name: "byte", Type: UInt8}, func(r sample) int64 { return r.n % 256 }),
		Int(Column{Name: "long", Type: Int64}, func(r sample) int64 { return -r.n }),
		NullInt(Column{Name: "odd_port", Type: UInt16}, func(r sample) (int64, bool) { return r.n, odd(r) }),
		NullInt(Column{Name: "odd_time", Type: Timestamp}, func(r sample) (int64, bool) { return r.n, odd(r) }),
		Derive[sample](Column{Name: "twice", Type: Int64, SQL: "2 * long"}),
		NullFloat(Column{Name: "half"}, func(r sample) (float64, bool) { return float64(r.n) / 2, odd(r) }),
		NullBool(Column{Name: "is_five"}, func(r sample) (bool, bool) { return r.n == 5, odd(r) }),
		Str(Column{Name: "text"}, func(dst []byte, r sample) []byte { return strconv.AppendInt(dst, r.n, 10) }),
		NullStr(Column{Name: "odd_text"}, func(dst []byte, r sample) ([]byte, bool) {
			if !odd(r) {
				return dst, false
			}
			return strconv.AppendInt(dst, r.n, 10), true
		}),
		List(Column{Name: "list", Type: UInt16List}, func(elem *Vector, r sample) bool {
			for i := range r.n % 4 {
				elem.AppendInt32(int32(i), true)
			}
			return r.n%4 != 0
		}),
	})
}

// expected is what the catalogue's columns hold of row n.
func expected(n int) []any {
	row := []any{n % 256, -n, nil, nil, nil, nil, strconv.Itoa(n), nil, nil}
	if n%2 == 1 {
		row[2], row[3], row[4], row[5], row[7] = n, n, float64(n)/2, n == 5, strconv.Itoa(n)
	}
	if n%4 != 0 {
		list := []any{}
		for i := range n % 4 {
			list = append(list, i)
		}
		row[8] = list
	}
	return row
}

// Append takes rows in chunks: any number of rows, around the size of a chunk
// and over several calls, arrives complete and in order.
func TestCatalogueAppend(t *testing.T) {
	for _, sizes := range [][]int{{0}, {1}, {chunk - 1}, {chunk}, {chunk + 1}, {3*chunk + 7}, {1, chunk, 0, 5, 2 * chunk}} {
		t.Run(fmt.Sprint(sizes), func(t *testing.T) {
			c := sampleCatalogue()
			b := NewBatch(c.Table, []string{"2026-11-22"})
			n := 0
			for _, size := range sizes {
				rows, keys := make([]sample, size), make([]Key, size)
				for i := range rows {
					rows[i], keys[i] = sample{int64(n)}, Key{Time: int64(n), Packet: int64(2 * n)}
					n++
				}
				c.Append(b, rows, keys)
			}
			check(t, b, n)
		})
	}
}

// check compares a batch with the first n rows.
func check(t *testing.T, b *Batch, n int) {
	t.Helper()
	if b.Rows() != n {
		t.Fatalf("%d rows, want %d", b.Rows(), n)
	}
	columns := make([][]any, len(b.Vectors))
	for i := range b.Vectors {
		columns[i] = read(&b.Vectors[i])
		if len(columns[i]) != n {
			t.Fatalf("%s: %d values, want %d", b.Columns[i].Name, len(columns[i]), n)
		}
	}
	for r := range n {
		for i, want := range expected(r) {
			if !reflect.DeepEqual(columns[i][r], want) {
				t.Fatalf("%s of row %d: got %v, want %v", b.Columns[i].Name, r, columns[i][r], want)
			}
		}
		if want := (Key{int64(r), int64(2 * r)}); b.Keys[r] != want {
			t.Fatalf("key of row %d: %v, want %v", r, b.Keys[r], want)
		}
	}
}

func appendSamples(c *Catalogue[sample], b *Batch, from, to int) {
	for n := from; n < to; n++ {
		c.Append(b, []sample{{int64(n)}}, []Key{{int64(n), int64(2 * n)}})
	}
}

func TestBatchTruncateAndReset(t *testing.T) {
	c := sampleCatalogue()
	b := NewBatch(c.Table, nil)
	appendSamples(c, b, 0, 20)
	size := b.Size()
	b.Truncate(30)
	check(t, b, 20)
	appendSamples(c, b, 90, 99)
	b.Truncate(20)
	check(t, b, 20)
	if b.Size() != size {
		t.Errorf("size %d after Truncate, want %d", b.Size(), size)
	}
	b.Truncate(7)
	check(t, b, 7)
	appendSamples(c, b, 7, 12)
	check(t, b, 12)
	b.Truncate(0)
	check(t, b, 0)
	appendSamples(c, b, 0, 3)
	b.Reset()
	check(t, b, 0)
	appendSamples(c, b, 0, 9)
	check(t, b, 9)
}

// Goroutines that share the columns make the same batch.
func TestCatalogueAppendShared(t *testing.T) {
	c := sampleCatalogue()
	for _, workers := range []int{1, 2, 100} {
		b := NewBatch(c.Table, nil)
		for from := 0; from < 2*sharedRows; {
			n := min(sharedRows+chunk/2, 2*sharedRows-from)
			rows, keys := make([]sample, n), make([]Key, n)
			for i := range rows {
				rows[i], keys[i] = sample{int64(from + i)}, Key{Time: int64(from + i), Packet: int64(2 * (from + i))}
			}
			c.AppendShared(workers, b, rows, keys)
			from += n
		}
		check(t, b, 2*sharedRows)
	}
}

func TestWarmBatchAllocatesNothing(t *testing.T) {
	c := sampleCatalogue()
	b := NewBatch(c.Table, nil)
	rows, keys := make([]sample, 200), make([]Key, 200)
	for i := range rows {
		rows[i].n = int64(i)
	}
	c.Append(b, rows, keys)
	if n := testing.AllocsPerRun(100, func() {
		b.Reset()
		c.Append(b, rows, keys)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// What a field declares of its column follows from the kind of field.
func TestFieldDeclaresItsColumn(t *testing.T) {
	table := sampleCatalogue().Table
	for name, want := range map[string]struct {
		t                            Type
		nullable, derived, partition bool
	}{
		"date": {t: Date, partition: true}, "byte": {t: UInt8}, "long": {t: Int64},
		"odd_port": {t: UInt16, nullable: true}, "odd_time": {t: Timestamp, nullable: true},
		"twice": {t: Int64, derived: true}, "half": {t: Double, nullable: true}, "is_five": {t: Bool, nullable: true},
		"text": {t: Text}, "odd_text": {t: Text, nullable: true}, "list": {t: UInt16List, nullable: true},
	} {
		c, ok := table.Column(name)
		if !ok || c.Type != want.t || c.Nullable != want.nullable || c.Derived() != want.derived || c.Partition != want.partition {
			t.Errorf("%s: %+v, want %+v", name, c, want)
		}
	}
	if _, ok := table.Column("none"); ok {
		t.Error("found a column that is not declared")
	}
	var names []string
	for _, c := range table.Stored() {
		names = append(names, c.Name)
	}
	if want := []string{"byte", "long", "odd_port", "odd_time", "half", "is_five", "text", "odd_text", "list"}; !reflect.DeepEqual(names, want) {
		t.Errorf("stored columns %v, want %v", names, want)
	}
	if p := table.Partitions(); len(p) != 1 || p[0].Name != "date" {
		t.Errorf("partition columns %v, want date", p)
	}
}

// The batch keeps its own copy of the partition's values.
func TestBatchKeepsItsPartition(t *testing.T) {
	values := []string{"2026-11-22"}
	b := NewBatch(sampleCatalogue().Table, values)
	values[0] = "changed"
	if b.Partition[0] != "2026-11-22" {
		t.Errorf("partition %v", b.Partition)
	}
}

func TestTypes(t *testing.T) {
	for _, c := range []struct {
		t    Type
		name string
		elem Type
	}{
		{Text, "VARCHAR", Text}, {Bool, "BOOLEAN", Bool}, {UInt8, "UINT8", UInt8}, {UInt16, "UINT16", UInt16},
		{UInt32, "UINT32", UInt32}, {UInt64, "UINT64", UInt64}, {Int64, "INT64", Int64}, {Double, "DOUBLE", Double},
		{Date, "DATE", Date}, {Timestamp, "TIMESTAMP", Timestamp},
		{TextList, "VARCHAR[]", Text}, {Int64List, "INT64[]", Int64}, {UInt16List, "UINT16[]", UInt16},
	} {
		if c.t.String() != c.name || c.t.Elem() != c.elem {
			t.Errorf("%v of %v, want %s of %v", c.t, c.t.Elem(), c.name, c.elem)
		}
	}
}

// Amend sets a value in the rows of some packets, from a row on, and leaves
// all else as it was.
func TestBatchAmend(t *testing.T) {
	c := sampleCatalogue()
	b := NewBatch(c.Table, nil)
	appendSamples(c, b, 0, 10)
	column := func(name string) []any {
		for i, col := range b.Columns {
			if col.Name == name {
				return read(&b.Vectors[i])
			}
		}
		return nil
	}
	// Packets are twice the row; rows 2 and 3 lie before the row it starts at.
	packets := Packets{4, 6, 10, 16, 99}
	b.Amend("text", "amended", 4, packets)
	if want := []any{"0", "1", "2", "3", "4", "amended", "6", "7", "amended", "9"}; !reflect.DeepEqual(column("text"), want) {
		t.Errorf("text: %v, want %v", column("text"), want)
	}
	b.Amend("odd_text", "x", 0, packets)
	if want := []any{nil, "1", "x", "x", nil, "x", nil, "7", "x", "9"}; !reflect.DeepEqual(column("odd_text"), want) {
		t.Errorf("odd_text: %v, want %v", column("odd_text"), want)
	}
	b.Amend("text", "none", 9, packets)
	if column("text")[9] != "9" || b.Rows() != 10 {
		t.Error("rows of no such packet were amended")
	}
	// The amended batch takes more rows.
	appendSamples(c, b, 10, 11)
	if got := column("text"); got[10] != "10" || got[8] != "amended" {
		t.Errorf("text after more rows: %v", got)
	}
}
