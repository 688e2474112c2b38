package part

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"weir/warehouse/claim"
	"weir/warehouse/schema"
)

// FuzzReader reads anything as a data file: no panic, and memory in proportion
// to the file. The checksums of pages are put right first where they take as many
// bytes, so that what a hostile writer may put into pages is met.
func FuzzReader(f *testing.F) {
	table := allTypes()
	for i, s := range []style{{}, {nulls: 0.5, distinct: 3}, {nulls: 1}, {nulls: 0.1, distinct: 1, extreme: true}} {
		b := randomBatch(rand.New(rand.NewPCG(uint64(i), 0)), table, 30, s, false)
		for _, enc := range kinds(f) {
			data, _ := writeFile(f, table, enc, b)
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		data = bytes.Clone(data)
		rightChecksums(data)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := readEverything(data)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 256<<20+20_000*uint64(len(data)) {
			t.Errorf("%d MiB allocated for %d bytes: %v", n>>20, len(data), err)
		}
	})
}

// rightChecksums puts right what it can of the checksums of a file's pages.
func rightChecksums(data []byte) {
	r, err := OpenReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return
	}
	for _, g := range r.file.Metadata().RowGroups {
		for _, c := range g.Columns {
			at := claim.ChunkStart(&c.MetaData)
			for end := at + c.MetaData.TotalCompressedSize; at < end; {
				n, err := claim.Struct(data[at:end])
				var h format.PageHeader
				if err != nil || thrift.Unmarshal(new(thrift.CompactProtocol), data[at:at+int64(n)], &h) != nil {
					break
				}
				size := int64(h.CompressedPageSize)
				if size < 0 || size > end-at-int64(n) {
					break
				}
				head, page := data[at:at+int64(n)], data[at+int64(n):at+int64(n)+size]
				was, is := binary.AppendVarint(nil, int64(h.CRC)), binary.AppendVarint(nil, int64(int32(crc32.ChecksumIEEE(page))))
				if i := bytes.Index(head, was); i >= 0 && len(was) == len(is) {
					copy(head[i:], is)
				}
				at += int64(n) + size
			}
		}
	}
}

// TestRightChecksums changes a byte of a page, which is then met by what reads
// values, and not by a checksum.
func TestRightChecksums(t *testing.T) {
	table := &schema.Table{Name: "t", Columns: []schema.Column{{Name: "x", Type: schema.Double}}}
	b := schema.NewBatch(table, nil)
	for i := range 50 {
		b.Vectors[0].AppendFloat64(float64(i)*1.1, true)
		b.Keys = append(b.Keys, schema.Key{Time: int64(i)})
	}
	for _, enc := range kinds(t) {
		data, _ := writeFile(t, table, enc, b)
		whole := bytes.Clone(data)
		if rightChecksums(data); !bytes.Equal(data, whole) {
			t.Error("right ones were changed")
		}
		data[60] ^= 1
		if err := readEverything(data); err == nil {
			t.Fatal("the damage was not seen")
		}
		rightChecksums(data)
		if err := readEverything(data); err != nil && bytes.Contains([]byte(err.Error()), []byte("checksum")) {
			t.Errorf("put right: %v", err)
		}
	}
}
