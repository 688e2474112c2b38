package warehouse

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Several who look for dead writers at once find none alive, and the locks are gone.
func TestDeadWritersAreRemovedByMany(t *testing.T) {
	dir := t.TempDir()
	for i := range 2000 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%016x", i)+leaseSuffix), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				live, err := liveWriters(dir, time.Now())
				if err != nil {
					t.Error(err)
				}
				if err != nil || len(live) == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%d locks are left: %v", len(left), err)
	}
}
