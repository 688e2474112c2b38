package part

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/parquet-go/parquet-go/format"
)

// Types of Thrift's compact protocol.
const (
	thriftI32    = 5
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
