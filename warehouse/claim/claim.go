// Package claim holds what a Parquet file says of itself against the bytes it has. A
// library takes memory for whatever a file says it holds, and a damaged file of a
// kilobyte may say gigabytes: so this comes before the library sees it.
package claim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/format"
)

// Err says that a file cannot hold what it says it holds.
var Err = errors.New("says that it holds more than it has bytes for")

// Footer judges what stands at the end of a file: the length of the
// footer, and that no list or text in it is longer than it.
func Footer(r io.ReaderAt, size int64) error {
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
	if err := Shape(r, size-int64(len(tail))-n, n); err != nil {
		return fmt.Errorf("footer: %w", err)
	}
	return nil
}

// Shape judges a Thrift struct of n bytes at an offset.
func Shape(r io.ReaderAt, at, n int64) error {
	b := make([]byte, n)
	if _, err := r.ReadAt(b, at); err != nil && err != io.EOF {
		return err
	}
	_, err := Struct(b)
	return err
}

// ChunkStart returns the offset at which a chunk begins.
func ChunkStart(m *format.ColumnMetaData) int64 {
	if m.DictionaryPageOffset != 0 {
		return m.DictionaryPageOffset
	}
	return m.DataPageOffset
}

// MaxRows bounds the rows that a file can hold. Rows without values take a few bits.
func MaxRows(size int64) int64 { return 1024 + 64*size }
