package part

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/format"
)

// The library takes memory for whatever a file says it holds, and a damaged
// file of a kilobyte may say gigabytes. So what it says is held against its
// size before the library sees it.

// errClaim says that a file cannot hold what it says it holds.
var errClaim = errors.New("says that it holds more than it has bytes for")

// checkFooter judges what stands at the end of a file: the length of the
// footer, and that no list or text in it is longer than it.
func checkFooter(r io.ReaderAt, size int64) error {
	var tail [8]byte // the length of the footer, and the magic bytes
	if size < int64(len(tail)) {
		return errors.New("too short for a Parquet file")
	}
	if _, err := r.ReadAt(tail[:], size-int64(len(tail))); err != nil && err != io.EOF {
		return err
	}
	n := int64(binary.LittleEndian.Uint32(tail[:]))
	if n > size-int64(len(tail)) {
		return fmt.Errorf("a footer of %d bytes cannot be in %d bytes", n, size)
	}
	if err := checkShape(r, size-int64(len(tail))-n, n); err != nil {
		return fmt.Errorf("footer: %w", err)
	}
	return nil
}

// checkShape judges a Thrift struct of n bytes at an offset.
func checkShape(r io.ReaderAt, at, n int64) error {
	b := make([]byte, n)
	if _, err := r.ReadAt(b, at); err != nil && err != io.EOF {
		return err
	}
	_, err := compactStruct(b, 0)
	return err
}

// checkPlaces judges where chunks and their indexes are said to lie.
func (r *Reader) checkPlaces() error {
	within := func(what string, at, n int64) error {
		if at < 0 || n < 0 || at > r.size || n > r.size-at {
			return fmt.Errorf("%s of %d bytes at %d cannot be in %d bytes", what, n, at, r.size)
		}
		return nil
	}
	// Rows of many columns that are said to be the same throughout would take
	// time as the square of the size.
	const small, each = 1 << 20, 128
	values := int64(0)
	for i, g := range r.file.Metadata().RowGroups {
		if g.NumRows < 0 || g.NumRows > maxRows(r.size) {
			return fmt.Errorf("row group %d: %d rows cannot be in %d bytes", i, g.NumRows, r.size)
		}
		if values += g.NumRows * int64(len(g.Columns)); values > small+each*r.size {
			return fmt.Errorf("%d values cannot be in %d bytes", values, r.size)
		}
		if len(g.Columns) != len(r.leaves) {
			return fmt.Errorf("row group %d: it has %d columns, and the file %d", i, len(g.Columns), len(r.leaves))
		}
		for j := range g.Columns {
			c := &g.Columns[j]
			err := errors.Join(within("chunk", chunkStart(&c.MetaData), c.MetaData.TotalCompressedSize),
				within("offset index", c.OffsetIndexOffset, int64(c.OffsetIndexLength)), within("column index", c.ColumnIndexOffset, int64(c.ColumnIndexLength)))
			if err != nil {
				return fmt.Errorf("row group %d, column %d: %w", i, j, err)
			}
		}
	}
	return nil
}

func chunkStart(m *format.ColumnMetaData) int64 {
	if m.DictionaryPageOffset != 0 {
		return m.DictionaryPageOffset
	}
	return m.DataPageOffset
}

// maxRows bounds the rows that a file can hold. Rows without values take a few bits.
func maxRows(size int64) int64 { return 1024 + 64*size }

// Types of Thrift's compact protocol, beside those of headers.go.
const (
	thriftTrue   = 1
	thriftByte   = 3
	thriftI64    = 6
	thriftDouble = 7
	thriftText   = 8
	thriftList   = 9
	thriftSet    = 10
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
			_, n := binary.Uvarint(b[at:])
			at += max(1, n)
		}
		if field&15 <= thriftTrue+1 { // the type is the value
			continue
		}
		n, err := compactValue(b[min(at, len(b)):], field&15, depth)
		if err != nil {
			return 0, err
		}
		at += n
	}
	return 0, errors.New("ends within a struct")
}

// compactValue returns the length of a value that is no boolean field; it may
// be more than b has.
func compactValue(b []byte, kind byte, depth int) (int, error) {
	switch kind {
	case thriftTrue, thriftTrue + 1, thriftByte:
		return 1, nil
	case thriftByte + 1, thriftI32, thriftI64:
		_, n := binary.Uvarint(b)
		return max(1, n), nil
	case thriftDouble:
		return 8, nil
	case thriftText:
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return 0, fmt.Errorf("text of %d bytes %w", size, errClaim)
		}
		return n + int(size), nil
	case thriftList, thriftSet:
		return compactList(b, depth)
	case thriftStruct:
		return compactStruct(b, depth+1)
	}
	return 0, fmt.Errorf("type %d, which Parquet has not", kind) // a map among them
}

func compactList(b []byte, depth int) (int, error) {
	if len(b) == 0 {
		return 0, errClaim
	}
	size, at := uint64(b[0]>>4), 1
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
		n, err := compactValue(b[min(at, len(b)):], b[0]&15, depth+1)
		if err != nil {
			return 0, err
		}
		at += n
	}
	return at, nil
}
