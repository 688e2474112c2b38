package main

import (
	"bufio"
	"bytes"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"weir/extract"
	"weir/warehouse"
)

// unknownMemory is what a machine is taken to have that does not tell.
const unknownMemory = 4 << 30

// machineMemory returns how many bytes of memory the machine, or the container
// that the program runs in, has.
func machineMemory() int64 {
	total := int64(unknownMemory)
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		total = max(meminfoTotal(b), 1)
	}
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64); err == nil && n > 0 {
			total = min(total, n)
		}
	}
	return total
}

// meminfoTotal reads the first line of interest of /proc/meminfo.
func meminfoTotal(b []byte) int64 {
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		if f := strings.Fields(s.Text()); len(f) == 3 && f[0] == "MemTotal:" && f[2] == "kB" {
			if n, err := strconv.ParseInt(f[1], 10, 64); err == nil {
				return n << 10
			}
		}
	}
	return unknownMemory
}

// outsideHeap is what of a memory limit is kept for what the collector does not
// count: the program's code and the buffers of its libraries.
const outsideHeap = 40 << 20

// mostGarbage is how much garbage may lie about beside what is in use, in percent.
// Most of that are batches without pointers, which the collector passes over,
// so it costs little to look often.
const mostGarbage = 65

// remember completes the memory limit of a configuration, judges all of it, and
// makes the collector keep to the limit until forget is called.
func remember(c *extract.Config) (forget func(), err error) {
	if c.MemoryLimit == 0 {
		c.MemoryLimit = max(extract.LeastMemory, extract.Bytes(machineMemory()/2))
	}
	if err := c.Validate(); err != nil {
		return nil, usage("%v", err)
	}
	limit, garbage := int64(c.MemoryLimit)-outsideHeap, mostGarbage
	limitBefore, garbageBefore := debug.SetMemoryLimit(limit), debug.SetGCPercent(garbage)
	restore := collectFrom(min(firstCollection, limit), limit, garbage)
	return func() {
		restore()
		debug.SetMemoryLimit(limitBefore)
		debug.SetGCPercent(garbageBefore)
	}, nil
}

// firstCollection is how many bytes are in use when the collector runs first. What
// it would find before that is little, and it would look a dozen times.
const firstCollection = 184 << 20

// collectFrom lets the collector begin at that many bytes, and keep to the limit and
// the percentage of garbage from its first run on. Restore ends the waiting for it.
func collectFrom(first, limit int64, garbage int) (restore func()) {
	var mu sync.Mutex
	waiting := true
	begin := func() {
		mu.Lock()
		defer mu.Unlock()
		if waiting {
			waiting = false
			debug.SetMemoryLimit(limit)
			debug.SetGCPercent(garbage)
		}
	}
	debug.SetMemoryLimit(first)
	debug.SetGCPercent(-1)
	runtime.AddCleanup(new(canary), func(begin func()) { begin() }, begin)
	return begin
}

// startGarbage is the collector's percentage until its first run: that comes at 32 MB
// then. Before that it would run several times while a command starts, and find
// little.
const startGarbage = 799

// collectLater delays the collector's first run, unless GOGC says how much garbage
// there may be. Who sets another percentage meanwhile keeps it.
func collectLater() {
	const usual = 100
	if set := debug.SetGCPercent(startGarbage); set != usual {
		debug.SetGCPercent(set)
		return
	}
	runtime.AddCleanup(new(canary), func(int) {
		if set := debug.SetGCPercent(usual); set != startGarbage {
			debug.SetGCPercent(set)
		}
	}, 0)
}

// canary is of no use, so that the collector's first run finds it.
type canary struct{ _ *canary }

// bufferBytes is what rows that wait take at the most: more make files smaller by a few
// percent and take tens of megabytes.
const bufferBytes = 16 << 20

// writerOptions are those of a writer that keeps to the memory limit. Of what it may
// take, a third is for rows that wait, as much for those that are being encoded, and
// the rest for the files.
func writerOptions(c extract.Config) warehouse.WriterOptions {
	o := warehouse.WriterOptions{Workers: c.Workers, BufferRows: math.MaxInt}
	if n := c.SinkBytes(); n > 0 {
		o.BufferBytes = int(min(bufferBytes, n/3))
		// Small row groups make much to remember of an open file.
		o.FileBytes = min(256<<20, 4*int64(n/3))
	}
	return o
}
