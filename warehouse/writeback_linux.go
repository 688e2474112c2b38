package warehouse

import (
	"os"

	"golang.org/x/sys/unix"

	"weir/warehouse/delta"
)

// writeBack tells the kernel to begin writing what the file holds so far. It may fail,
// since Sync has the last word.
func writeBack(f delta.File) {
	file, ok := f.(*os.File)
	if !ok {
		return
	}
	if c, err := file.SyscallConn(); err == nil {
		c.Control(func(fd uintptr) { unix.SyncFileRange(int(fd), 0, 0, unix.SYNC_FILE_RANGE_WRITE) })
	}
}
