package capture

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"lukechampine.com/blake3"
)

// The hash of a file that is read in parts is that of its bytes in a row.
func TestHashSteady(t *testing.T) {
	b := make([]byte, 5*hashRun+3*hashGroup+77)
	rand.NewChaCha8([32]byte{1}).Read(b)
	sizes := []int{
		1, 1023, 1024, 1025, hashGroup - 1, hashGroup, hashGroup + 1, hashGroup + 1024, 3*hashGroup + 5000,
		hashRun - 1, hashRun, hashRun + 1, 2 * hashRun, 2*hashRun + 1, 3*hashRun - 1024, 4 * hashRun, 4*hashRun + hashGroup, len(b),
	}
	for _, n := range sizes {
		want := blake3.Sum256(b[:n])
		if got, err := hashSteady(bytes.NewReader(b[:n]), int64(n)); err != nil || !bytes.Equal(got[:], want[:16]) {
			t.Errorf("%d bytes: %x, %v, want %x", n, got, err, want[:16])
		}
	}
	for _, size := range []int{len(b) - 1, len(b) + 1, len(b) + hashRun, hashRun} {
		if _, err := hashSteady(bytes.NewReader(b), int64(size)); !errors.Is(err, errUnsteady) {
			t.Errorf("a file of %d bytes that had %d: %v", len(b), size, err)
		}
	}
}
