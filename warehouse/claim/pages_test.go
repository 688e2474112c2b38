package claim

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"runtime"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// filePage returns a page of that many values with its header.
func filePage(t *testing.T, values, raw int, body []byte) []byte {
	t.Helper()
	h := format.PageHeader{Type: format.DataPage, UncompressedPageSize: int32(raw), CompressedPageSize: int32(len(body))}
	h.DataPageHeader.Valid = true
	h.DataPageHeader.V = format.DataPageHeader{NumValues: int32(values), Encoding: format.Plain, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE}
	b, err := thrift.Marshal(new(thrift.CompactProtocol), &h)
	if err != nil {
		t.Fatal(err)
	}
	return append(b, body...)
}

// section puts the length of levels before them.
func section(levels []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(levels))), levels...)
}

// Pages are judged by the bytes there are: what claims more is refused, and in little
// memory.
func TestPagesThatClaim(t *testing.T) {
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	run := func(n uint64) []byte { return section(append(binary.AppendUvarint(nil, n<<1), 0)) }
	plain := func(values int, body []byte) []byte { return filePage(t, values, len(body), body) }
	endless, _ := hex.DecodeString("28b52ffdc058ffffffffffffff7f")
	bomb := z.EncodeAll(make([]byte, 64<<20), nil)
	for name, c := range map[string]struct {
		codec format.CompressionCodec
		page  []byte
		ok    bool
	}{
		"nulls":                   {format.Uncompressed, plain(1000, run(1000)), true},
		"compressed nulls":        {format.Zstd, filePage(t, 1000, len(run(1000)), z.EncodeAll(run(1000), nil)), true},
		"levels of a billion":     {format.Uncompressed, plain(1000, run(1<<30)), false},
		"the same in zstd":        {format.Zstd, filePage(t, 1000, len(run(1<<30)), z.EncodeAll(run(1<<30), nil)), false},
		"values of a billion":     {format.Uncompressed, plain(1<<30, run(1<<30)), false},
		"levels beyond the page":  {format.Uncompressed, plain(9, []byte{0xff, 0xff, 0xff, 0x7f, 0}), false},
		"content of 2^63 bytes":   {format.Zstd, filePage(t, 9, 100, endless), false},
		"more content than said":  {format.Zstd, filePage(t, 9, 100, bomb), false},
		"gigabytes of few bytes":  {format.Zstd, filePage(t, 9, 1<<31-1, bomb[:100]), false},
		"a codec that is unknown": {format.Lz4Raw, plain(1000, run(1000)), false},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := NewPages(bytes.NewReader(c.page), int64(len(c.page)))
		if err != nil {
			t.Fatal(err)
		}
		err = p.Chunk(&format.ColumnMetaData{Codec: c.codec, TotalCompressedSize: int64(len(c.page))}, 0, 1)
		p.Close()
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; (err == nil) != c.ok || n > 16<<20 {
			t.Errorf("%s: %v, %d bytes allocated", name, err, n)
		}
	}
}

// A header has the bounds of a page, whole texts, and is as long as they are.
func TestLongPageHeader(t *testing.T) {
	body := section([]byte{2, 0})
	h := format.PageHeader{Type: format.DataPage, UncompressedPageSize: int32(len(body)), CompressedPageSize: int32(len(body))}
	h.DataPageHeader.Valid = true
	h.DataPageHeader.V = format.DataPageHeader{NumValues: 1, DefinitionLevelEncoding: format.RLE,
		Statistics: format.Statistics{MinValue: bytes.Repeat([]byte("x"), 150_000), MaxValue: bytes.Repeat([]byte("y"), 150_000)}}
	page, err := thrift.Marshal(new(thrift.CompactProtocol), &h)
	if err != nil {
		t.Fatal(err)
	}
	page = append(page, body...)
	p, err := NewPages(bytes.NewReader(page), int64(len(page)))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Chunk(&format.ColumnMetaData{TotalCompressedSize: int64(len(page))}, 0, 1); err != nil {
		t.Error(err)
	}
}

// A chunk lies within the file, and its last page within the chunk.
func TestChunkWithinFile(t *testing.T) {
	page := filePage(t, 3, 6, section([]byte{6, 0}))
	for _, m := range []format.ColumnMetaData{
		{DataPageOffset: -1, TotalCompressedSize: 4},
		{DataPageOffset: 0, TotalCompressedSize: int64(len(page)) + 1},
		{DataPageOffset: int64(len(page)) + 1, TotalCompressedSize: 0},
		{DataPageOffset: 0, TotalCompressedSize: int64(len(page)) - 1},
		{DataPageOffset: 0, TotalCompressedSize: 1<<63 - 1},
	} {
		p, err := NewPages(bytes.NewReader(page), int64(len(page)))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Chunk(&m, 0, 1); !errors.Is(err, Err) {
			t.Errorf("%d bytes at %d: %v", m.TotalCompressedSize, m.DataPageOffset, err)
		}
		p.Close()
	}
}
