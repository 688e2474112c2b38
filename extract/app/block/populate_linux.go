package block

import (
	"syscall"
	"unsafe"
)

// populateWrite is MADV_POPULATE_WRITE, which kernels know from 5.14 on.
const populateWrite = 23

// populate maps the pages that lie wholly in b, for less than a fault each, and reports
// whether it did.
func populate(b []byte) bool {
	start := -uintptr(unsafe.Pointer(unsafe.SliceData(b))) % pageBytes
	if uintptr(len(b)) < start+pageBytes {
		return false
	}
	return syscall.Madvise(b[start:], populateWrite) == nil
}
