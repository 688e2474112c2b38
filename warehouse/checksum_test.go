package warehouse

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"weir/warehouse/delta"
)

// liveFile returns the first data file of flows, and its path.
func liveFile(t *testing.T, h *Warehouse) (delta.Add, string) {
	t.Helper()
	s := h.stores[1]
	snapshot, err := s.log.Snapshot(delta.Latest)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot.Files[0], filepath.Join(s.dir, filepath.FromSlash(snapshot.Files[0].Path))
}

// partsOf returns where the parts of a data file begin that no checksum of a
// page covers, and the end.
func partsOf(t *testing.T, path string) map[string][2]int64 {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(file, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	size := info.Size()
	footer := size - 8
	parts := map[string][2]int64{"first magic": {0, 4}, "length of the footer": {size - 8, size - 4}, "last magic": {size - 4, size}}
	for _, c := range f.Metadata().RowGroups[0].Columns {
		at := c.MetaData.DataPageOffset
		parts["page header"] = [2]int64{at, at + 20}
		parts["page"] = [2]int64{at + 30, at + c.MetaData.TotalCompressedSize}
		if c.MetaData.DictionaryPageOffset > 0 {
			parts["header of the dictionary"] = [2]int64{c.MetaData.DictionaryPageOffset, c.MetaData.DictionaryPageOffset + 16}
		}
		parts["column index"] = [2]int64{c.ColumnIndexOffset, c.ColumnIndexOffset + int64(c.ColumnIndexLength)}
		parts["offset index"] = [2]int64{c.OffsetIndexOffset, c.OffsetIndexOffset + int64(c.OffsetIndexLength)}
		parts["footer"] = [2]int64{c.OffsetIndexOffset + int64(c.OffsetIndexLength), footer}
	}
	return parts
}

// flipped hands a file with one bit turned to visit, and puts it right again.
func flipped(t *testing.T, path string, data []byte, bit int64, visit func()) {
	t.Helper()
	data[bit/8] ^= 1 << (bit % 8)
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	visit()
	data[bit/8] ^= 1 << (bit % 8)
}

// TestVerifySeesEveryBit turns single bits of a data file: some of each of its
// parts, and many anywhere. Verify tells each time that the file is damaged.
func TestVerifySeesEveryBit(t *testing.T) {
	dir := t.TempDir()
	ingestMany(t, dir, 1, 900)
	h := openHouse(t, dir)
	add, path := liveFile(t, h)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	bits := map[int64]string{}
	for name, at := range partsOf(t, path) {
		if at[1] <= at[0] {
			t.Fatalf("%s: from %d to %d", name, at[0], at[1])
		}
		for range 8 {
			bits[8*at[0]+dice.Int64N(8*(at[1]-at[0]))] = name
		}
	}
	anywhere := 400
	if testing.Short() {
		anywhere = 40
	}
	for range anywhere {
		bits[dice.Int64N(int64(8*len(data)))] = "anywhere"
	}
	for bit, name := range bits {
		flipped(t, path, data, bit, func() {
			v := &verifier{Warehouse: h, result: &Verification{}}
			v.file(h.stores[1], add)
			if len(v.lost) != 1 || len(v.result.Damage) != 1 || v.result.Damage[0].File != add.Path {
				t.Errorf("bit %d of byte %d of %d (%s): %+v", bit%8, bit/8, len(data), name, v.result.Damage)
				return
			}
			if m := v.result.Damage[0].Message; !strings.Contains(m, "its bytes are not those that were written (their CRC-32C is ") || !strings.Contains(m, path) {
				t.Errorf("bit %d of byte %d (%s): %s", bit%8, bit/8, name, m)
			}
		})
	}
}

// TestDamageIsNotRewritten has compact meet a file with a turned bit that does
// not keep it from being read.
func TestDamageIsNotRewritten(t *testing.T) {
	dir := t.TempDir()
	ingestMany(t, dir, 3, 30)
	h := openHouse(t, dir)
	add, path := liveFile(t, h)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before := allRows(t, dir)
	flipped(t, path, data, harmlessBit(t, path), func() {
		_, err := h.Compact(t.Context(), CompactOptions{})
		if !errors.As(err, new(*ChangedError)) {
			t.Errorf("compact: %v", err)
		}
		if _, ok := liveIn(t, h)[add.Path]; !ok {
			t.Error("the damaged file is no longer in the table")
		}
		if orphans := orphansOf(t, dir); len(orphans) > 0 {
			t.Errorf("left behind: %v", orphans)
		}
	})
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	if got := allRows(t, dir); got != before {
		t.Error("rows changed")
	}
}

// harmlessBit is in the order of the last column, which no one reads.
func harmlessBit(t *testing.T, path string) int64 { return 8*partsOf(t, path)["footer"][1] - 9 }

// TestDamageIsNotLabelled is the same for label.
func TestDamageIsNotLabelled(t *testing.T) {
	dir := t.TempDir()
	ingestPorts(t, dir, "a", 80)
	path := filepath.Join(dir, "flows", filepath.FromSlash(live(t, dir)[0]))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := Open(dir, labelTables())
	if err != nil {
		t.Fatal(err)
	}
	flipped(t, path, data, harmlessBit(t, path), func() {
		rule := Assignment{Table: "flows", Column: "label", Cases: []Case{{"true", "x"}}}
		if _, err := h.Assign(t.Context(), rule, WriterOptions{}); !errors.As(err, new(*ChangedError)) {
			t.Errorf("label: %v", err)
		}
	})
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	if got := labels(t, dir); got != "a/0:- a/1:-" {
		t.Errorf("labels are %s", got)
	}
}

// liveIn returns the live files of flows by their paths.
func liveIn(t *testing.T, h *Warehouse) map[string]delta.Add {
	t.Helper()
	snapshot, err := h.stores[1].log.Snapshot(delta.Latest)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]delta.Add{}
	for _, f := range snapshot.Files {
		files[f.Path] = f
	}
	return files
}

// expectChecksums wants the checksum of every live file in the log.
func expectChecksums(t *testing.T, dir, when string) {
	t.Helper()
	for _, s := range openHouse(t, dir).stores {
		snapshot, err := s.log.Snapshot(delta.Latest)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range snapshot.Files {
			if err := s.checkBytes(f); f.Tags[checksumTag] == "" || err != nil {
				t.Errorf("%s: %s/%s has tags %v: %v", when, s.table.Name, f.Path, f.Tags, err)
			}
		}
	}
}

// TestChecksumsStay follows the checksums through checkpoints, compaction and
// expiry.
func TestChecksumsStay(t *testing.T) {
	dir := t.TempDir()
	ingestMany(t, dir, 12, 40)
	expectChecksums(t, dir, "ingested")
	for _, s := range openHouse(t, dir).stores {
		for v := range 10 {
			if err := os.Remove(filepath.Join(s.dir, "_delta_log", fmt.Sprintf("%020d.json", v))); err != nil {
				t.Fatal(err)
			}
		}
	}
	expectChecksums(t, dir, "from a checkpoint")
	if _, err := openHouse(t, dir).Compact(t.Context(), CompactOptions{}); err != nil {
		t.Fatal(err)
	}
	expectChecksums(t, dir, "compacted")
}

// TestFileWithoutChecksum is one of an older release: it is verified as far as
// its pages have checksums.
func TestFileWithoutChecksum(t *testing.T) {
	dir := t.TempDir()
	ingestMany(t, dir, 1, 900)
	log := filepath.Join(dir, "flows", "_delta_log", fmt.Sprintf("%020d.json", 1))
	text, err := os.ReadFile(log)
	if err == nil {
		err = os.WriteFile(log, regexp.MustCompile(`,"tags":\{[^}]*\}`).ReplaceAll(text, nil), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	h := openHouse(t, dir)
	add, path := liveFile(t, h)
	if add.Tags != nil {
		t.Fatalf("tags %v", add.Tags)
	}
	v := &verifier{Warehouse: h, result: &Verification{}}
	if v.file(h.stores[1], add); len(v.lost) > 0 {
		t.Errorf("whole: %v", v.result.Damage)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	flipped(t, path, data, 8*partsOf(t, path)["page"][0], func() {
		v := &verifier{Warehouse: h, result: &Verification{}}
		if v.file(h.stores[1], add); len(v.lost) != 1 || !strings.Contains(v.result.Damage[0].Message, "checksum mismatch") {
			t.Errorf("damaged: %v", v.result.Damage)
		}
	})
}
