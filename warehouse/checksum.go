package warehouse

import (
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"weir/warehouse/delta"
)

// checksumTag is the tag of a data file in the log, in the action that adds
// it, with the CRC-32C of all its bytes as eight hexadecimal digits. Pages have
// checksums of their own, but not their headers, the page index, and the footer.
// Files of other programs and of older releases lack it.
const checksumTag = "weir.crc32c"

func checksumText(sum uint32) string { return fmt.Sprintf("%08x", sum) }

// ChangedError says that a data file does not have the bytes that were written.
type ChangedError struct {
	Path string
	// Found and Logged are checksums, the latter as the log has it.
	Found, Logged string
}

func (e *ChangedError) Error() string {
	return fmt.Sprintf("data file %s: its bytes are not those that were written (their CRC-32C is %s, and the log says %s)", e.Path, e.Found, e.Logged)
}

// checkBytes reads a data file and compares its checksum with that in the log,
// if there is one: a difference is a *ChangedError.
func (s *tableStore) checkBytes(f delta.Add) error {
	logged, ok := f.Tags[checksumTag]
	if !ok {
		return nil
	}
	path, err := s.pathOf(f)
	if err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	if _, err := io.CopyBuffer(struct{ io.Writer }{sum}, struct{ io.Reader }{file}, make([]byte, 1<<18)); err != nil {
		return fmt.Errorf("read data file: %w", err)
	}
	if found := checksumText(sum.Sum32()); found != logged {
		return &ChangedError{Path: path, Found: found, Logged: logged}
	}
	return nil
}
