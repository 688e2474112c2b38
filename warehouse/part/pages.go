package part

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// CheckPages reads every page of the file without the library: its checksum is
// verified, and what it says it holds is judged by its size. The error names
// the row group, the column and the byte at which the page begins. A file whose
// bytes nothing vouches for is to pass it before it is read.
func (r *Reader) CheckPages() (err error) {
	defer caught(&err)
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		return err
	}
	defer z.Close()
	p := pageCheck{Reader: r, zstd: z}
	for i, g := range r.file.Metadata().RowGroups {
		for j, column := range r.columns {
			p.leaf = r.leaves[j]
			c := &g.Columns[p.leaf.index]
			if err := p.chunk(&c.MetaData); err != nil {
				return fmt.Errorf("row group %d, column %s: %w", i, column.Name, err)
			}
			for _, x := range [][2]int64{{c.OffsetIndexOffset, int64(c.OffsetIndexLength)}, {c.ColumnIndexOffset, int64(c.ColumnIndexLength)}} {
				if x[1] == 0 {
					continue
				}
				if err := checkShape(r.source, x[0], x[1]); err != nil {
					return fmt.Errorf("row group %d, column %s: page index: %w", i, column.Name, err)
				}
			}
		}
	}
	return nil
}

// pageCheck judges the pages of a chunk.
type pageCheck struct {
	*Reader
	zstd  *zstd.Decoder
	leaf  readLeaf
	codec format.CompressionCodec
	body  []byte // of the page at hand, and decompressed
	plain []byte
}

func (p *pageCheck) chunk(m *format.ColumnMetaData) error {
	p.codec = m.Codec
	at := chunkStart(m)
	for end := at + m.TotalCompressedSize; at < end; {
		h, n, err := p.header(at, end)
		if err == nil {
			p.body = resized(p.body, int(h.CompressedPageSize))
			_, err = p.source.ReadAt(p.body, at+n)
		}
		if err == nil || err == io.EOF {
			err = p.page(h)
		}
		if err != nil {
			return fmt.Errorf("page at byte %d: %w", at, err)
		}
		at += n + int64(h.CompressedPageSize)
	}
	return nil
}

// header reads a page's header, and returns its length.
func (p *pageCheck) header(at, end int64) (*format.PageHeader, int64, error) {
	const longest = 1 << 16
	b := make([]byte, min(longest, end-at))
	if _, err := p.source.ReadAt(b, at); err != nil && err != io.EOF {
		return nil, 0, err
	}
	n, err := compactStruct(b, 0)
	if err != nil {
		return nil, 0, fmt.Errorf("header: %w", err)
	}
	h := &format.PageHeader{}
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), b[:n], h); err != nil {
		return nil, 0, fmt.Errorf("header: %w", err)
	}
	if size := int64(h.CompressedPageSize); size < 0 || size > end-at-int64(n) {
		return nil, 0, fmt.Errorf("%d bytes: %w", size, errClaim)
	}
	return h, int64(n), nil
}

// Bounds of what pages expand to: so much at any rate, and so many times
// their size.
const (
	smallPage  = 2 << 20
	pageGrowth = 4096
)

// page judges a page by its header and the bytes in p.body.
func (p *pageCheck) page(h *format.PageHeader) error {
	if sum := crc32.ChecksumIEEE(p.body); h.CRC != 0 && uint32(h.CRC) != sum {
		return fmt.Errorf("checksum mismatch: %08x, and its header says %08x", sum, uint32(h.CRC))
	}
	size := int(h.UncompressedPageSize)
	if size < 0 || size > smallPage+pageGrowth*len(p.body) {
		return fmt.Errorf("%d bytes from %d: %w", size, len(p.body), errClaim)
	}
	var values int
	switch h.Type {
	case format.DictionaryPage:
		values = int(h.DictionaryPageHeader.V.NumValues)
	case format.DataPage:
		values = int(h.DataPageHeader.V.NumValues)
	case format.DataPageV2:
		values = int(h.DataPageHeaderV2.V.NumValues)
	default:
		return fmt.Errorf("type %s", h.Type)
	}
	if values < 0 || int64(values) > maxRows(p.size) {
		return fmt.Errorf("%d values: %w", values, errClaim)
	}
	switch h.Type {
	case format.DataPage:
		return p.dataPage(&h.DataPageHeader.V, values, size)
	case format.DataPageV2:
		return p.dataPageV2(&h.DataPageHeaderV2.V, values, size)
	}
	_, err := p.decompress(p.body, size)
	return err
}

func (p *pageCheck) dataPage(h *format.DataPageHeader, values, size int) error {
	b, err := p.decompress(p.body, size)
	if err != nil {
		return err
	}
	for _, level := range []struct {
		most     int
		encoding format.Encoding
	}{{p.leaf.repeated(), h.RepetitionLevelEncoding}, {p.leaf.whole, h.DefinitionLevelEncoding}} {
		if level.most == 0 {
			continue
		}
		if level.encoding != format.RLE {
			return fmt.Errorf("levels encoded as %s", level.encoding)
		}
		var levels []byte
		if levels, b, err = prefixed(b); err != nil {
			return fmt.Errorf("levels: %w", err)
		}
		if err := checkRuns(levels, bits.Len(uint(level.most)), values); err != nil {
			return fmt.Errorf("levels: %w", err)
		}
	}
	return checkExpansion(b, h.Encoding, values)
}

func (p *pageCheck) dataPageV2(h *format.DataPageHeaderV2, values, size int) error {
	rep, def := int(h.RepetitionLevelsByteLength), int(h.DefinitionLevelsByteLength)
	if rep < 0 || def < 0 || rep+def > len(p.body) || rep+def > size {
		return fmt.Errorf("levels of %d bytes: %w", rep+def, errClaim)
	}
	err := checkRuns(p.body[:rep], bits.Len(uint(p.leaf.repeated())), values)
	if err == nil {
		err = checkRuns(p.body[rep:rep+def], bits.Len(uint(p.leaf.whole)), values)
	}
	if err != nil {
		return fmt.Errorf("levels: %w", err)
	}
	b := p.body[rep+def:]
	if !h.IsCompressed.Valid || h.IsCompressed.V {
		if b, err = p.decompress(b, size-rep-def); err != nil {
			return err
		}
	}
	return checkExpansion(b, h.Encoding, values)
}

// decompress returns the contents of a page, which are as long as it says.
func (p *pageCheck) decompress(b []byte, size int) (plain []byte, err error) {
	p.plain = resized(p.plain, size)
	switch p.codec {
	case format.Uncompressed:
		plain = b
	case format.Zstd:
		plain, err = p.zstd.DecodeAll(b, p.plain[:0:size])
	case format.Snappy:
		n := 0
		if n, err = s2.DecodedLen(b); err == nil && n == size {
			plain, err = s2.Decode(p.plain, b)
		}
	case format.Gzip:
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(b)); err == nil {
			n := 0
			n, err = io.ReadFull(z, p.plain)
			plain = p.plain[:n]
		}
	default:
		return nil, fmt.Errorf("compressed by %s, which is not read", p.codec)
	}
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	if len(plain) != size {
		return nil, errors.New("it does not decompress to as many bytes as it says")
	}
	return plain, nil
}

// resized returns a slice of n bytes, in the place of b if there is room.
func resized(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}
