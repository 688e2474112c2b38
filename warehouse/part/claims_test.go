package part

import (
	"bytes"
	"encoding/binary"
	"errors"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"weir/warehouse/claim"
	"weir/warehouse/schema"
)

// readEverything reads a file as verify reads one that nothing vouches for.
func readEverything(data []byte) error {
	r, err := OpenReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	if err := r.CheckPages(); err != nil {
		return err
	}
	for g, rows := range r.Groups() {
		for i, c := range r.Columns() {
			v := schema.NewVector(c.Type, c.Nullable)
			if err := r.Read(g, i, 0, rows, &v); err != nil {
				return err
			}
		}
	}
	return r.CheckIndex()
}

// TestCheckPagesOfWholeFiles finds nothing wrong with what is whole.
func TestCheckPagesOfWholeFiles(t *testing.T) {
	table := allTypes()
	for i, s := range []style{{}, {nulls: 0.5}, {nulls: 1}, {nulls: 0.1, distinct: 1}, {nulls: 0.3, distinct: 20}, {nulls: 0.3, extreme: true}} {
		b := randomBatch(rand.New(rand.NewPCG(uint64(i), 1)), table, 600, s, false)
		for _, enc := range kinds(t) {
			data, _ := writeFile(t, table, enc, b)
			if err := readEverything(data); err != nil {
				t.Errorf("style %d: %v", i, err)
			}
		}
	}
	table, b := manyPages(20_000)
	for _, enc := range kinds(t) {
		data, _ := writeFile(t, table, enc, b)
		if err := readEverything(data); err != nil {
			t.Errorf("many pages: %v", err)
		}
	}
}

// proportion reads a file and wants memory in proportion to its few kilobytes.
func proportion(t *testing.T, what string, data []byte, seed uint64) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := readEverything(data)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 160<<20 {
		t.Errorf("%s, seed %d: %d MiB allocated for %d bytes: %v", what, seed, n>>20, len(data), err)
	}
}

// TestDamagedFileIsHarmless changes bytes of a file anywhere, and more of them
// in its headers and footer. It is an error at worst, in memory in proportion.
func TestDamagedFileIsHarmless(t *testing.T) {
	table := allTypes()
	times := 800
	if testing.Short() {
		times = 400
	}
	encoders := slices.Collect(maps.Values(kinds(t)))
	for i := range times {
		seed := uint64(i)
		r := rand.New(rand.NewPCG(seed, 7))
		b := randomBatch(r, table, 40, style{nulls: 0.3, distinct: 5}, false)
		data, _ := writeFile(t, table, encoders[i%len(encoders)], b)
		from := 0
		if i%2 == 0 { // in the footer
			from = len(data) - 8 - int(binary.LittleEndian.Uint32(data[len(data)-8:]))
		}
		for range 1 + r.IntN(3) {
			data[from+r.IntN(len(data)-from)] ^= byte(1 << r.IntN(8))
		}
		proportion(t, "damaged", data, seed)
	}
}

// TestLongTextOfManyRows is of a dictionary whose one text stands for all rows.
func TestLongTextOfManyRows(t *testing.T) {
	table := &schema.Table{Name: "t", Columns: []schema.Column{{Name: "x", Type: schema.Text}}}
	b := schema.NewBatch(table, nil)
	text := strings.Repeat("x", 1<<16)
	for i := range 2000 {
		b.Vectors[0].AppendString(text, true)
		b.Keys = append(b.Keys, schema.Key{Time: int64(i)})
	}
	for _, enc := range kinds(t) {
		data, _ := writeFile(t, table, enc, b)
		if err := readEverything(data); !errors.Is(err, claim.Err) {
			t.Errorf("128 MB of text in %d bytes: %v", len(data), err)
		}
	}
}

func BenchmarkCheckPages(b *testing.B) {
	table, batch := manyPages(100_000)
	data, _ := writeFile(b, table, newEncoders(b, 1), batch)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		r, err := OpenReader(bytes.NewReader(data), int64(len(data)))
		if err == nil {
			err = r.CheckPages()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
