package part

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/parquet-go/parquet-go/format"
)

// Types of Thrift's compact protocol.
const (
	thriftTrue   = 1 // a field, of a bool; in lists bools are bytes
	thriftBool   = 2
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftBinary = 8
	thriftList   = 9
	thriftStruct = 12
)

// appendPageHeader appends the header of a page, a Thrift struct in compact
// form. Dictionary pages have no levels.
func appendPageHeader(dst []byte, kind format.PageType, values int, enc format.Encoding, raw int, page []byte) []byte {
	dst = appendI32(dst, 1, int32(kind))
	dst = appendI32(dst, 1, int32(raw))
	dst = appendI32(dst, 1, int32(len(page)))
	dst = appendI32(dst, 1, int32(crc32.ChecksumIEEE(page)))
	if kind == format.DictionaryPage {
		dst = append(dst, 3<<4|thriftStruct) // field 7
		dst = appendI32(dst, 1, int32(values))
		dst = appendI32(dst, 1, int32(enc))
		return append(dst, 0, 0)
	}
	dst = append(dst, 1<<4|thriftStruct) // field 5
	dst = appendI32(dst, 1, int32(values))
	dst = appendI32(dst, 1, int32(enc))
	dst = appendI32(dst, 1, int32(format.RLE))
	dst = appendI32(dst, 1, int32(format.RLE))
	return append(dst, 0, 0)
}

// appendI32 appends an integer field whose number is delta above the last one's.
func appendI32(dst []byte, delta byte, x int32) []byte {
	return binary.AppendVarint(append(dst, delta<<4|thriftI32), int64(x))
}

// appendI64 is appendI32 for 64 bits.
func appendI64(dst []byte, delta byte, x int64) []byte {
	return binary.AppendVarint(append(dst, delta<<4|thriftI64), x)
}

// appendBinary appends a field of bytes or text whose number is delta above the last one's.
func appendBinary[T string | []byte](dst []byte, delta byte, x T) []byte {
	return append(binary.AppendUvarint(append(dst, delta<<4|thriftBinary), uint64(len(x))), x...)
}

// appendList appends the beginning of a list field whose number is delta above the last
// one's: as many elements of the type follow.
func appendList(dst []byte, delta, kind byte, n int) []byte {
	dst = append(dst, delta<<4|thriftList)
	if n < 15 {
		return append(dst, byte(n)<<4|kind)
	}
	return binary.AppendUvarint(append(dst, 0xf0|kind), uint64(n))
}
