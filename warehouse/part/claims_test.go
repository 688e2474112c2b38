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

	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"

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

func TestRunsThatClaim(t *testing.T) {
	run := func(n uint64, tail ...byte) []byte { return append(binary.AppendUvarint(nil, n<<1), tail...) }
	packed := func(n uint64, tail ...byte) []byte { return append(binary.AppendUvarint(nil, n<<1|1), tail...) }
	head := func(values uint64, tail ...byte) []byte {
		b := binary.AppendUvarint([]byte{128, 1, 4}, values)
		return append(append(b, 0), tail...)
	}
	for name, c := range map[string]struct {
		enc    format.Encoding
		b      []byte
		values int
		ok     bool
	}{
		"run":                {format.RLEDictionary, append([]byte{8}, run(100, 1)...), 100, true},
		"long run":           {format.RLEDictionary, append([]byte{8}, run(1<<30, 1)...), 100, false},
		"many runs":          {format.RLEDictionary, append([]byte{0}, bytes.Repeat(run(1000), 100)...), 100, false},
		"packed":             {format.RLEDictionary, append([]byte{1}, packed(2, 1, 1)...), 16, true},
		"packed, no bytes":   {format.RLEDictionary, append([]byte{32}, packed(2, 1)...), 16, false},
		"packed, no width":   {format.RLEDictionary, append([]byte{0}, packed(1<<28)...), 16, false},
		"wide":               {format.RLEDictionary, append([]byte{33}, run(1, 1, 1, 1, 1, 1)...), 16, false},
		"integers":           {format.DeltaBinaryPacked, head(3, 0, 0, 0, 0, 0), 3, true},
		"many integers":      {format.DeltaBinaryPacked, head(1<<31-1, 0, 0, 0, 0, 0), 3, false},
		"lengths":            {format.DeltaLengthByteArray, head(1 << 30), 3, false},
		"prefixes":           {format.DeltaByteArray, head(1 << 30), 3, false},
		"flags":              {format.RLE, append([]byte{2, 0, 0, 0}, run(9, 1)...), 9, true},
		"many flags":         {format.RLE, append([]byte{6, 0, 0, 0}, run(1<<30, 1)...), 9, false},
		"unknown":            {format.Encoding(77), nil, 9, false},
		"integers, no parts": {format.DeltaBinaryPacked, []byte{128, 1, 0, 3, 0}, 3, false},
	} {
		if err := checkExpansion(c.b, c.enc, c.values); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := checkPrefixes([]int64{1 << 20, 1 << 20, 1 << 40}, 1000); !errors.Is(err, errClaim) {
		t.Errorf("prefixes of a terabyte: %v", err)
	}
}

// TestDeltasAreDecoded compares with what the encoder wrote.
func TestDeltasAreDecoded(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		want := make([]int64, 1+r.IntN(700))
		for i := range want {
			want[i] = r.Int64() >> r.IntN(64)
		}
		data, err := new(delta.BinaryPackedEncoding).EncodeInt64(nil, want)
		if err != nil {
			t.Fatal(err)
		}
		got, rest, err := deltas(append(data, "rest"...), len(want))
		if err != nil || string(rest) != "rest" || len(got) != len(want) {
			t.Fatalf("seed %d: %d of %d integers, rest %q: %v", seed, len(got), len(want), rest, err)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("seed %d: integer %d is %d, want %d", seed, i, got[i], want[i])
			}
		}
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
		if err := readEverything(data); !errors.Is(err, errClaim) {
			t.Errorf("128 MB of text in %d bytes: %v", len(data), err)
		}
	}
}

func BenchmarkCheckPages(b *testing.B) {
	table, batch := manyPages(100_000)
	e, err := NewEncoder()
	if err != nil {
		b.Fatal(err)
	}
	data, _ := writeFile(b, table, []*Encoder{e}, batch)
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
