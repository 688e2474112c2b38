package capture

import (
	"errors"
	"io"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"

	"lukechampine.com/blake3/guts"
)

const (
	// hashRun is what one processor hashes at a time, a whole subtree of the
	// hash, and hashPiece what it reads at once: little enough to stay in its cache.
	hashRun   = 1 << 20
	hashPiece = 256 << 10
	hashGroup = guts.MaxSIMD * guts.ChunkSize
)

// errUnsteady tells that a file ended before its size, or went on after it.
var errUnsteady = errors.New("the file changes while it is read")

// hashSteady returns the BLAKE3 hash of a file of that size, which must be
// positive. It reads and hashes on all processors at once.
func hashSteady(r io.ReaderAt, size int64) ([16]byte, error) {
	runs := make([][8]uint32, (size-1)/hashRun) // the last one is never whole, as it has the root's chunk
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, min(runtime.GOMAXPROCS(0), len(runs)))
	for i := range errs {
		wg.Go(func() {
			b := make([]byte, hashPiece)
			for errs[i] == nil {
				n := next.Add(1) - 1
				if n >= int64(len(runs)) {
					return
				}
				runs[n], errs[i] = hashRunAt(r, n, b)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return [16]byte{}, err
	}
	var t hashTree
	for _, cv := range runs {
		t.push(cv, bits.TrailingZeros(hashRun/guts.ChunkSize))
	}
	from := int64(len(runs)) * hashRun
	rest := make([]byte, size-from+1) // a byte more than there should be
	if n, err := r.ReadAt(rest, from); err != io.EOF {
		return [16]byte{}, unsteady(err)
	} else if n != len(rest)-1 {
		return [16]byte{}, errUnsteady
	}
	return t.end(rest[:len(rest)-1]), nil
}

func unsteady(err error) error {
	if err == nil || err == io.EOF {
		return errUnsteady
	}
	return err
}

// hashRunAt returns the chaining value of a whole run. It uses b.
func hashRunAt(r io.ReaderAt, run int64, b []byte) ([8]uint32, error) {
	t := hashTree{before: uint64(run) * (hashRun / guts.ChunkSize)}
	for from := run * hashRun; from < (run+1)*hashRun; from += hashPiece {
		if n, err := r.ReadAt(b, from); n < len(b) {
			return [8]uint32{}, unsteady(err)
		}
		for g := b; len(g) > 0; g = g[hashGroup:] {
			t.group(g)
		}
	}
	return t.stack[bits.TrailingZeros(hashRun/guts.ChunkSize)], nil
}

// hashTree is BLAKE3's binary tree as far as it has grown: the chaining values
// of its whole subtrees, one at the most of each height.
type hashTree struct {
	stack  [64][8]uint32
	chunks uint64 // the set bits tell which heights are taken
	before uint64 // chunks of the file that are not in this tree
}

// push appends a subtree of 2^height chunks.
func (t *hashTree) push(cv [8]uint32, height int) {
	i := height
	for ; t.chunks&(1<<i) != 0; i++ {
		cv = guts.ChainingValue(guts.ParentNode(t.stack[i], cv, &guts.IV, 0))
	}
	t.stack[i] = cv
	t.chunks += 1 << height
}

// group appends the first 16 chunks of b.
func (t *hashTree) group(b []byte) {
	n := guts.CompressBuffer((*[hashGroup]byte)(b), hashGroup, &guts.IV, t.before+t.chunks, 0)
	t.push(guts.ChainingValue(n), bits.TrailingZeros(guts.MaxSIMD))
}

// end appends the last bytes, at least one, and returns the hash.
func (t *hashTree) end(b []byte) [16]byte {
	for ; len(b) > hashGroup; b = b[hashGroup:] {
		t.group(b)
	}
	for ; len(b) > guts.ChunkSize; b = b[guts.ChunkSize:] {
		t.push(guts.ChainingValue(guts.CompressChunk(b[:guts.ChunkSize], &guts.IV, t.before+t.chunks, 0)), 0)
	}
	n := guts.CompressChunk(b, &guts.IV, t.before+t.chunks, 0)
	for i := range t.stack {
		if t.chunks&(1<<i) != 0 {
			n = guts.ParentNode(t.stack[i], guts.ChainingValue(n), &guts.IV, 0)
		}
	}
	n.Flags |= guts.FlagRoot
	sum := guts.WordsToBytes(guts.CompressNode(n))
	return [16]byte(sum[:16])
}
