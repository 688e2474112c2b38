package extract

import (
	"bytes"
	"context"
	"flag"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/extract/capture"
	"weir/extract/flow"
	"weir/testdata/beside"
)

// hostileRuns is how often each capture is cut, and how often bytes of it are
// flipped; 0 does so a few times with small captures only.
var hostileRuns = flag.Int("hostile", 0, "how often to cut, and to flip bytes of, each shared capture; 0 for a sample")

// hostileSeed is the seed of the damage of the first run.
var hostileSeed = flag.Uint64("hostile.seed", 1, "seed of the damage to shared captures")

// Captures that are cut off anywhere, or of which any bytes are flipped, are
// ingested as far as they can be read, and every packet read is accounted for.
func TestHostileCaptures(t *testing.T) {
	if testing.Short() {
		t.Skip("damages many captures")
	}
	runs, largest := *hostileRuns, int64(1<<62)
	if runs == 0 {
		runs, largest = 1, 256<<10
	}
	p := NewPipeline(withWorkers(2), NewCatalogues())
	done, refused, packets := 0, 0, int64(0)
	for _, path := range captureFiles(t, largest) {
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 2 * runs {
			seed := *hostileSeed + uint64(i/2)
			r := rand.New(rand.NewPCG(seed, uint64(len(whole))))
			damaged, how := whole[:r.IntN(len(whole)+1)], "cut"
			if i%2 == 1 {
				damaged, how = flipped(whole, r), "flipped"
			}
			n, ok := meterDamaged(t, p, damaged)
			if t.Failed() {
				t.Fatalf("%s, %s, seed %d", filepath.Base(path), how, seed)
			}
			done++
			packets += n
			if !ok {
				refused++
			}
		}
	}
	t.Logf("%d damaged captures from seed %d on: %d packets, %d captures refused", done, *hostileSeed, packets, refused)
}

// flipped returns a copy of which 50 bytes, or fewer of a small one, have another value.
func flipped(b []byte, r *rand.Rand) []byte {
	b = bytes.Clone(b)
	for range min(50, len(b)) {
		b[r.IntN(len(b))] ^= byte(1 + r.IntN(255))
	}
	return b
}

// meterDamaged meters a capture and returns how many packets it has, or false
// if it is none.
func meterDamaged(t *testing.T, p *Pipeline, b []byte) (int64, bool) {
	source, err := capture.OpenReader("damaged", bytes.NewReader(b))
	if err != nil {
		return 0, false
	}
	defer source.Close()
	sink := newTallySink()
	stats, err := p.Run(context.Background(), &flow.Origin{ID: "damaged"}, source, sink)
	if err != nil {
		t.Errorf("metering failed: %v", err)
	}
	if sink.packets != stats.InFlows() || sink.rows != stats.Flows || stats.Unread > 0 {
		t.Errorf("%d packets in %d rows, want %d in %d; %d flows unread", sink.packets, sink.rows, stats.InFlows(), stats.Flows, stats.Unread)
	}
	return stats.Packets, true
}

// captureFiles returns the shared captures up to a size.
func captureFiles(t *testing.T, largest int64) []string {
	var paths []string
	err := filepath.WalkDir(beside.Path(t, "captures"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Size() <= largest && !strings.HasSuffix(path, ".md") && !strings.HasSuffix(path, ".tsv") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
