package claim

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Types of Thrift's compact protocol.
const (
	thriftTrue   = 1
	thriftByte   = 3
	thriftI32    = 5
	thriftI64    = 6
	thriftDouble = 7
	thriftText   = 8
	thriftList   = 9
	thriftSet    = 10
	thriftStruct = 12
)

// Struct returns the length of a struct of Thrift's compact protocol that b begins with.
// Its lists have an element for each byte at the most, its texts lie within b.
func Struct(b []byte) (int, error) { return compactStruct(b, 0) }

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
			return 0, fmt.Errorf("text of %d bytes %w", size, Err)
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
		return 0, Err
	}
	size, at := uint64(b[0]>>4), 1
	if size == 15 {
		n := 0
		if size, n = binary.Uvarint(b[1:]); n <= 0 {
			return 0, Err
		}
		at += n
	}
	if size > uint64(len(b)-at) {
		return 0, fmt.Errorf("list of %d %w", size, Err)
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
