package delta

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// The library takes memory for whatever a Parquet file says it holds. A
// damaged checkpoint of a kilobyte may say gigabytes, so what it says is held
// against its size before the library sees it.

// errClaim says that a file cannot hold what it says it holds.
var errClaim = errors.New("says that it holds more than it has bytes for")

// checkFooter judges what stands at the end of a file: the length of the
// footer, and that no list or text in it is longer than it.
func checkFooter(data []byte) error {
	const tail = 8 // the length of the footer, and the magic bytes
	if len(data) < tail {
		return errors.New("too short for a Parquet file")
	}
	n := int64(binary.LittleEndian.Uint32(data[len(data)-tail:]))
	if n > int64(len(data)-tail) {
		return fmt.Errorf("footer %w", errClaim)
	}
	_, err := compactStruct(data[len(data)-tail-int(n):len(data)-tail], 0)
	return err
}

// checkPages judges the headers of all pages of a file.
func checkPages(f *parquet.File, data []byte) error {
	for _, g := range f.Metadata().RowGroups {
		if g.NumRows > int64(maxRows(len(data))) {
			return fmt.Errorf("%d rows cannot be in %d bytes", g.NumRows, len(data))
		}
		for _, c := range g.Columns {
			if err := checkChunk(&c.MetaData, data); err != nil {
				return fmt.Errorf("column %v: %w", c.MetaData.PathInSchema, err)
			}
		}
	}
	return nil
}

func checkChunk(m *format.ColumnMetaData, data []byte) error {
	at := m.DataPageOffset
	if m.DictionaryPageOffset != 0 {
		at = m.DictionaryPageOffset
	}
	size := m.TotalCompressedSize
	if at < 0 || size < 0 || at > int64(len(data)) || size > int64(len(data))-at {
		return fmt.Errorf("chunk of %d bytes at %d %w", size, at, errClaim)
	}
	for pages := data[at : at+size]; len(pages) > 0; {
		n, err := compactStruct(pages, 0)
		if err != nil {
			return fmt.Errorf("page header: %w", err)
		}
		var h format.PageHeader
		if err := thrift.Unmarshal(new(thrift.CompactProtocol), pages[:n], &h); err != nil {
			return fmt.Errorf("page header: %w", err)
		}
		pages = pages[n:]
		if h.CompressedPageSize < 0 || int(h.CompressedPageSize) > len(pages) {
			return fmt.Errorf("page of %d bytes %w", h.CompressedPageSize, errClaim)
		}
		if err := checkPage(&h, m.Codec, pages[:h.CompressedPageSize], maxRows(len(data))); err != nil {
			return err
		}
		pages = pages[h.CompressedPageSize:]
	}
	return nil
}

// checkPage judges how many values a page says it has, and how long it says
// it is once decompressed.
func checkPage(h *format.PageHeader, codec format.CompressionCodec, b []byte, most int) error {
	const small, ratio = 2 << 20, 4096
	if n := int(max(h.DataPageHeader.V.NumValues, h.DataPageHeaderV2.V.NumValues, h.DictionaryPageHeader.V.NumValues)); n > most {
		return fmt.Errorf("page of %d values %w", n, errClaim)
	}
	size := uint64(max(0, h.UncompressedPageSize))
	if size > small+ratio*uint64(len(b)) {
		return fmt.Errorf("page of %d bytes from %d %w", size, len(b), errClaim)
	}
	if h.DataPageHeaderV2.Valid { // its levels are not compressed
		v := &h.DataPageHeaderV2.V
		levels := int64(v.RepetitionLevelsByteLength) + int64(v.DefinitionLevelsByteLength)
		if v.RepetitionLevelsByteLength < 0 || v.DefinitionLevelsByteLength < 0 || levels > int64(len(b)) {
			return fmt.Errorf("levels of %d bytes %w", levels, errClaim)
		}
		if b = b[levels:]; v.IsCompressed.Valid && !v.IsCompressed.V {
			return nil
		}
	}
	switch codec {
	case format.Uncompressed, format.Gzip: // take no one's word for a length
	case format.Snappy:
		if n, _ := binary.Uvarint(b); n > size {
			return fmt.Errorf("snappy page of %d bytes, not %d: %w", n, size, errClaim)
		}
	case format.Zstd:
		if n := zstdContent(b); n > size {
			return fmt.Errorf("zstd page of %d bytes, not %d: %w", n, size, errClaim)
		}
	default:
		return fmt.Errorf("compression %v is not read", codec)
	}
	return nil
}

// zstdContent returns how many bytes a zstd frame says it holds, 0 if it does not say.
func zstdContent(b []byte) uint64 {
	const magic, head = 4, 5
	if len(b) < head {
		return 0
	}
	flags, at := b[magic], head
	single := flags&0x20 != 0
	if !single {
		at++ // the window
	}
	at += []int{0, 1, 2, 4}[flags&3] // the dictionary
	width := []int{0, 2, 4, 8}[flags>>6]
	if width == 0 && single {
		width = 1
	}
	if width == 0 || len(b) < at+width {
		return 0
	}
	var n [8]byte
	copy(n[:], b[at:at+width])
	size := binary.LittleEndian.Uint64(n[:])
	if width == 2 {
		size += 256
	}
	return size
}

// Types of Thrift's compact protocol.
const (
	thriftTrue   = 1
	thriftByte   = 3
	thriftInt64  = 6
	thriftDouble = 7
	thriftText   = 8
	thriftList   = 9
	thriftSet    = 10
	thriftStruct = 12
)

// compactStruct returns the length of a struct of Thrift's compact protocol. Its lists
// have an element for each byte at the most, its texts lie within b.
func compactStruct(b []byte, depth int) (int, error) {
	const deepest = 64
	if depth > deepest {
		return 0, errors.New("nested too deeply")
	}
	for at := 0; at < len(b); {
		field := b[at]
		at++
		if field == 0 {
			return at, nil
		}
		if field>>4 == 0 { // the number of the field follows
			n := uvarintLen(b[at:])
			if n == 0 {
				break
			}
			at += n
		}
		if field&15 <= thriftTrue+1 { // the type is the value
			continue
		}
		n, err := compactValue(b[at:], field&15, depth)
		if err != nil {
			return 0, err
		}
		at += n
	}
	return 0, errors.New("ends within a struct")
}

// compactValue returns the length of a value that is no boolean field.
func compactValue(b []byte, kind byte, depth int) (int, error) {
	switch {
	case kind <= thriftByte:
		return bounded(1, b)
	case kind <= thriftInt64:
		return bounded(max(1, uvarintLen(b)), b)
	case kind == thriftDouble:
		return bounded(8, b)
	case kind == thriftText:
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return 0, fmt.Errorf("text of %d bytes %w", size, errClaim)
		}
		return n + int(size), nil
	case kind == thriftList || kind == thriftSet:
		return compactList(b, depth)
	case kind == thriftStruct:
		return compactStruct(b, depth+1)
	}
	return 0, fmt.Errorf("type %d, which Parquet has not", kind) // a map among them
}

func compactList(b []byte, depth int) (int, error) {
	if len(b) == 0 {
		return 0, errClaim
	}
	size, kind, at := uint64(b[0]>>4), b[0]&15, 1
	if size == 15 {
		n := 0
		if size, n = binary.Uvarint(b[1:]); n <= 0 {
			return 0, errClaim
		}
		at += n
	}
	if size > uint64(len(b)-at) {
		return 0, fmt.Errorf("list of %d %w", size, errClaim)
	}
	for range size {
		n, err := compactValue(b[at:], kind, depth+1)
		if err != nil {
			return 0, err
		}
		at += n
	}
	return at, nil
}

// bounded returns n if b has as many bytes.
func bounded(n int, b []byte) (int, error) {
	if n > len(b) {
		return 0, errClaim
	}
	return n, nil
}

// uvarintLen returns the length of a number, 0 if b ends before it does.
func uvarintLen(b []byte) int {
	_, n := binary.Uvarint(b)
	return max(0, n)
}
