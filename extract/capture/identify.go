package capture

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"lukechampine.com/blake3"
)

// Identity tells captures apart by their content.
type Identity struct {
	// ID is a 128-bit BLAKE3 hash of the bytes as stored, 32 hex digits.
	ID string
	// Bytes is how many bytes there are as stored.
	Bytes int64
}

// The buffer of identifyStream: hashing is spread over the processors buffer by buffer.
const (
	hashBytesMin = 64 << 10
	hashBytesMax = 2 << 20
)

// Identify hashes a file, whatever it holds.
func Identify(path string) (Identity, error) {
	f, err := openFile(path)
	if err != nil {
		return Identity{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return Identity{}, err
	}
	if st.Mode().IsRegular() && st.Size() > hashBytesMax {
		sum, err := hashSteady(f, st.Size())
		if err == nil {
			return Identity{ID: hex.EncodeToString(sum[:]), Bytes: st.Size()}, nil
		}
		if !errors.Is(err, errUnsteady) {
			return Identity{}, fmt.Errorf("read %s: %w", path, err)
		}
	}
	return identifyStream(path, f, st.Size())
}

// identifyStream hashes what r yields, which may be more or less than its size.
func identifyStream(path string, r io.Reader, size int64) (Identity, error) {
	h := blake3.New(16, nil)
	in := filler{r: r}
	b := make([]byte, min(max(size+1, hashBytesMin), hashBytesMax))
	id := Identity{}
	for {
		n, err := in.fill(b, 0)
		h.Write(b[:n])
		id.Bytes += int64(n)
		if err == io.EOF {
			id.ID = hex.EncodeToString(h.Sum(nil))
			return id, nil
		}
		if err != nil {
			return Identity{}, fmt.Errorf("read %s at byte %d: %w", path, id.Bytes, err)
		}
	}
}
