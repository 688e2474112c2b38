package extract

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"weir/extract/flow"
)

// Bytes is a size on the command line: 500MB, 2GB, 1GiB.
type Bytes int64

// UnmarshalText reads a size.
func (b *Bytes) UnmarshalText(text []byte) error {
	digits := strings.TrimRight(string(text), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz ")
	unit := float64(0)
	switch strings.ToUpper(strings.TrimSpace(string(text[len(digits):]))) {
	case "", "B":
		unit = 1
	case "K", "KB":
		unit = 1e3
	case "M", "MB":
		unit = 1e6
	case "G", "GB":
		unit = 1e9
	case "T", "TB":
		unit = 1e12
	case "KIB":
		unit = 1 << 10
	case "MIB":
		unit = 1 << 20
	case "GIB":
		unit = 1 << 30
	case "TIB":
		unit = 1 << 40
	}
	n, err := strconv.ParseFloat(digits, 64)
	if n *= unit; err != nil || unit == 0 || !(n >= 1 && n < math.MaxInt64) {
		return fmt.Errorf("%q is no size such as 500MB or 2GB", text)
	}
	*b = Bytes(n)
	return nil
}

// LeastMemory is the least memory limit: below it not even the program and its buffers
// fit. A capture with many kinds of flows takes about as much however little is allowed.
const LeastMemory Bytes = 168 << 20

// Shares of a memory limit. What the program takes comes first, and what workers
// have on their way. Of the rest the collector gets its part, since garbage
// lives until it is collected.
const (
	programBytes = 56 << 20
	workerBytes  = 4 << 20
	workerShare  = 0.12
	liveShare    = 0.55 // what may be in use at once

	flowShare     = 0.45 // of what may be in use: open flows and their conversations
	owedShare     = 0.20 // flows that have ended and are not yet written
	goneShare     = 0.08 // what is remembered of swept flows
	returnedShare = 0.02 // swept flows that came back
	sinkShare     = 0.25
)

// mostWorkers is for how many workers a memory limit has room.
func (b Bytes) mostWorkers() int {
	if b == 0 {
		return maxWorkers
	}
	return int(min(maxWorkers, max(1, int64(workerShare*float64(b-programBytes))/workerBytes)))
}

// returnedBytes is about what a swept flow that came back takes.
const returnedBytes = 24

// budget is how a memory limit is shared out.
type budget struct {
	limited bool
	// flows is what open flows and their conversations may weigh, owed what a
	// shard's flows may that have ended and are not yet written.
	flows, owed int64
	// gone and returned are how many swept flows are remembered, and how many of
	// them whose conversations went on.
	gone, returned int
	// packets and bytes make an epoch, whichever comes first: the more there are,
	// the more the limit is overstepped before it is looked at.
	packets int
	bytes   int64
}

// inUse is what of the memory limit may be in use at once. It does not depend on
// the number of workers, nor do evictions.
func (c Config) inUse() float64 { return liveShare * float64(c.MemoryLimit-programBytes) }

func (c Config) budget() budget {
	if c.MemoryLimit == 0 {
		return budget{flows: math.MaxInt64, owed: math.MaxInt64, gone: math.MaxInt, returned: math.MaxInt, packets: epochPackets, bytes: math.MaxInt64}
	}
	live := c.inUse()
	b := budget{
		limited: true, flows: int64(flowShare * live), owed: int64(owedShare * live / float64(c.workers())),
		gone: int(goneShare * live / flow.GoneBytes), returned: int(returnedShare * live / returnedBytes),
	}
	b.packets = min(epochPackets, max(1024, int(b.flows/flow.Bytes/8)))
	b.bytes = min(256<<20, max(1<<20, b.flows/8))
	return b
}

// SinkBytes is what of the memory limit the sink may take, or 0 for no limit.
func (c Config) SinkBytes() int64 {
	if c.MemoryLimit == 0 {
		return 0
	}
	return int64(sinkShare * c.inUse())
}
