package claim

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

// Pages judges the pages of a file without the library: their checksums are verified,
// and what they say they hold is judged by their size.
type Pages struct {
	source io.ReaderAt
	size   int64 // of the file
	zstd   *zstd.Decoder

	// Of the chunk at hand.
	codec             format.CompressionCodec
	repeated, defined int
	body              []byte // of the page at hand, and decompressed
	plain             []byte
}

// NewPages returns a judge of a file of size bytes, which is to be closed.
func NewPages(r io.ReaderAt, size int64) (*Pages, error) {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		return nil, err
	}
	return &Pages{source: r, size: size, zstd: z}, nil
}

// Close gives back what the decompressor holds.
func (p *Pages) Close() { p.zstd.Close() }

// Chunk judges the pages of a column chunk whose highest repetition and definition
// levels are those. The error names the byte at which a page begins.
func (p *Pages) Chunk(m *format.ColumnMetaData, repeated, defined int) error {
	p.codec, p.repeated, p.defined = m.Codec, repeated, defined
	at, size := ChunkStart(m), m.TotalCompressedSize
	if at < 0 || size < 0 || at > p.size || size > p.size-at {
		return fmt.Errorf("chunk of %d bytes at %d: %w", size, at, Err)
	}
	for end := at + size; at < end; {
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
func (p *Pages) header(at, end int64) (*format.PageHeader, int64, error) {
	// Most are short, but bounds of long texts, which are whole in it, make it long.
	const short, growth = 1 << 10, 64
	var b []byte
	var n int
	for size := int64(short); ; size *= growth {
		b = make([]byte, min(size, end-at))
		if _, err := p.source.ReadAt(b, at); err != nil && err != io.EOF {
			return nil, 0, err
		}
		var err error
		if n, err = Struct(b); err == nil {
			break
		}
		if size >= end-at {
			return nil, 0, fmt.Errorf("header: %w", err)
		}
	}
	h := &format.PageHeader{}
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), b[:n], h); err != nil {
		return nil, 0, fmt.Errorf("header: %w", err)
	}
	if size := int64(h.CompressedPageSize); size < 0 || size > end-at-int64(n) {
		return nil, 0, fmt.Errorf("%d bytes: %w", size, Err)
	}
	return h, int64(n), nil
}

// PageGrowth is how many times its size a page may expand to, beside what any may.
const PageGrowth = 4096

// smallPage is what any page may expand to.
const smallPage = 2 << 20

// page judges a page by its header and the bytes in p.body.
func (p *Pages) page(h *format.PageHeader) error {
	if sum := crc32.ChecksumIEEE(p.body); h.CRC != 0 && uint32(h.CRC) != sum {
		return fmt.Errorf("checksum mismatch: %08x, and its header says %08x", sum, uint32(h.CRC))
	}
	size := int(h.UncompressedPageSize)
	if size < 0 || size > smallPage+PageGrowth*len(p.body) {
		return fmt.Errorf("%d bytes from %d: %w", size, len(p.body), Err)
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
	if values < 0 || int64(values) > MaxRows(p.size) {
		return fmt.Errorf("%d values: %w", values, Err)
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

func (p *Pages) dataPage(h *format.DataPageHeader, values, size int) error {
	b, err := p.decompress(p.body, size)
	if err != nil {
		return err
	}
	for _, level := range []struct {
		most     int
		encoding format.Encoding
	}{{p.repeated, h.RepetitionLevelEncoding}, {p.defined, h.DefinitionLevelEncoding}} {
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

func (p *Pages) dataPageV2(h *format.DataPageHeaderV2, values, size int) error {
	rep, def := int(h.RepetitionLevelsByteLength), int(h.DefinitionLevelsByteLength)
	if rep < 0 || def < 0 || rep+def > len(p.body) || rep+def > size {
		return fmt.Errorf("levels of %d bytes: %w", rep+def, Err)
	}
	err := checkRuns(p.body[:rep], bits.Len(uint(p.repeated)), values)
	if err == nil {
		err = checkRuns(p.body[rep:rep+def], bits.Len(uint(p.defined)), values)
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
func (p *Pages) decompress(b []byte, size int) (plain []byte, err error) {
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
