package delta

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
)

// writerEnv tells the test binary, started again, to be a writing process.
const writerEnv = "DELTA_TEST_WRITER"

// TestWriterProcess is the body of the processes of TestConcurrentCommits.
// All of them commit the txns "shared-…", of which each must be taken once.
func TestWriterProcess(t *testing.T) {
	dir, who := os.Getenv(writerEnv), os.Getenv(writerEnv+"_ID")
	if dir == "" {
		t.Skip("runs as a process of TestConcurrentCommits")
	}
	id, err := strconv.Atoi(who)
	if err != nil {
		t.Fatal(err)
	}
	writeConcurrently(t, Open(dir), id)
}

const (
	ownCommits    = 8
	sharedCommits = 6
)

func writeConcurrently(t *testing.T, l *Log, id int) {
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			n := id*100 + g
			if _, err := l.Create(MetadataOf(testTable())); err != nil {
				t.Error(err)
				return
			}
			for i := range ownCommits {
				c := Commit{DataChange: true, Adds: []Add{partAdd(n*100 + i)}, Txns: []Txn{{AppID: fmt.Sprintf("%d-%d", n, i), Version: 1}}}
				if _, err := l.Commit(c); err != nil {
					t.Error(err)
				}
				if i >= sharedCommits {
					continue
				}
				c = Commit{DataChange: true, Adds: []Add{partAdd(n*100 + 50 + i)}, Txns: []Txn{{AppID: fmt.Sprint("shared-", i), Version: 1}}}
				var conflict *TxnConflictError
				if _, err := l.Commit(c); err != nil && !errors.As(err, &conflict) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestConcurrentCommits(t *testing.T) {
	dir := t.TempDir()
	const processes = 3
	var wg sync.WaitGroup
	for p := 1; p <= processes; p++ {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run=^TestWriterProcess$")
			cmd.Env = append(os.Environ(), writerEnv+"="+dir, writerEnv+"_ID="+strconv.Itoa(p))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("process %d: %v\n%s", p, err, out)
			}
		})
	}
	l := Open(dir)
	writeConcurrently(t, l, 0)
	wg.Wait()
	const own = (processes + 1) * 4 * ownCommits
	for name, log := range map[string]*Log{"followed": l, "fresh": Open(dir)} {
		s, err := log.Snapshot(Latest)
		if err != nil {
			t.Fatal(err)
		}
		if s.Version != own+sharedCommits || len(s.Files) != own+sharedCommits || len(s.Txns()) != own+sharedCommits {
			t.Errorf("%s: version %d, %d files, %d txns; want %d of each", name, s.Version, len(s.Files), len(s.Txns()), own+sharedCommits)
		}
	}
	names, err := OS{}.ReadDir(l.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if name[0] == '.' {
			t.Errorf("temporary file %s is left", name)
		}
	}
}
