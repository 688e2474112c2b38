package flow

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"weir/extract/app"
	"weir/extract/decode"
)

// Oldest takes the least number of oldest flows that weigh enough, as sorting
// would find them.
func TestOldest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		ages := make([]Age, r.IntN(60))
		total := int64(0)
		for i := range ages {
			ages[i] = Age{Last: int64(r.IntN(8)), Packet: int64(i), Weight: 1 + int64(r.IntN(50))}
			total += ages[i].Weight
		}
		weight := r.Int64N(total + 40)
		want := slices.Clone(ages)
		slices.SortFunc(want, Age.Compare)
		n, left := 0, weight
		for n < len(want) && left > 0 {
			left -= want[n].Weight
			n++
		}
		got := slices.Clone(Oldest(ages, weight))
		slices.SortFunc(got, Age.Compare)
		if !slices.Equal(got, want[:n]) {
			t.Fatalf("%d flows for a weight of %d of %d, want %d", len(got), weight, total, n)
		}
	}
}

// datagramOf is a packet of a flow of its own for each number.
func datagramOf(number int, at time.Duration) decode.Header {
	h := udp(at, 1).header()
	h.Key.PortB = uint16(number)
	h.Key.A[15] = byte(number >> 16)
	h.Hash = hash(h.Key)
	return h
}

// EvictUpTo ends the flows that were seen the longest ago, for that reason, and
// closed ones for theirs.
func TestEvictUpTo(t *testing.T) {
	table := NewTable(DefaultConfig(), testOrigin, nil)
	for i := range 10 {
		h := datagramOf(i, time.Duration(i)*time.Second)
		table.Add(&h, int64(i))
	}
	h := datagramOf(0, 20*time.Second) // the first is now the last
	table.Add(&h, 10)
	if got, want := table.Weight(), 10*Bytes; got != want {
		t.Errorf("10 flows weigh %d, want %d", got, want)
	}
	oldest := Oldest(table.Ages(nil), 3*Bytes-1)
	cut := slices.MaxFunc(oldest, Age.Compare)
	table.EvictUpTo(cut)
	var packets []int64
	for _, f := range table.Ended() {
		packets = append(packets, f.Packet())
		if !f.Evicted() {
			t.Errorf("flow %d ended by %v", f.Packet(), f.end)
		}
	}
	slices.Sort(packets)
	if !slices.Equal(packets, []int64{1, 2, 3}) || table.Len() != 7 || table.Weight() != 7*Bytes {
		t.Errorf("evicted %v, %d flows of %d bytes are left", packets, table.Len(), table.Weight())
	}
	// A later packet of an evicted flow starts another one.
	h = datagramOf(1, 21*time.Second)
	table.Add(&h, 11)
	if table.Len() != 8 {
		t.Errorf("%d flows open, want 8", table.Len())
	}
}

func TestEvictUpToKeepsTheReasonOfClosedFlows(t *testing.T) {
	table := NewTable(DefaultConfig(), testOrigin, nil)
	for i, p := range []packet{{flags: "S"}, {flags: "R", back: true}} {
		h := p.header()
		table.Add(&h, int64(i))
	}
	table.EvictUpTo(Age{Last: epoch + int64(time.Hour)})
	wantEach(t, rowsOf(table), "end_reason", "rst")
}

// What conversations hold counts, and no more once their flows have ended.
func TestWeightOfConversations(t *testing.T) {
	table := NewTable(DefaultConfig(), testOrigin, app.NewEngine())
	syn := packet{flags: "S"}.header()
	table.Add(&syn, 0)
	// A segment far ahead of the stream waits for what comes before it.
	h := packet{flags: "A", payload: 60_000}.header()
	h.Seq, h.Payload = syn.Seq+100_000, make([]byte, 60_000)
	table.Add(&h, 1)
	if got := table.Weight() - Bytes; got < 60_000 || got > 64_000 {
		t.Errorf("60,000 bytes that wait weigh %d", got)
	}
	table.EvictUpTo(Age{Last: epoch + int64(time.Hour)})
	if table.Weight() != 0 || table.Len() != 0 {
		t.Errorf("%d flows that weigh %d are left", table.Len(), table.Weight())
	}
	if f := table.Ended(); len(f) != 1 || f[0].Weight() < 60_000 {
		t.Errorf("the flow that has ended is not as heavy as it was")
	}
}

// What is remembered of swept flows is forgotten at the second call.
func TestForget(t *testing.T) {
	table := NewTable(DefaultConfig(), testOrigin, nil)
	at := func(number int, when time.Duration) {
		h := datagramOf(number, when)
		table.Add(&h, int64(number))
	}
	at(1, 0)
	table.Sweep(epoch + int64(100*time.Second))
	table.Forget()
	at(2, 100*time.Second)
	table.Sweep(epoch + int64(200*time.Second))
	if table.Gone() != 1 {
		t.Errorf("%d remembered lately, want 1", table.Gone())
	}
	table.Forget()
	at(1, 300*time.Second)
	at(2, 300*time.Second)
	if got := table.Returned(); !slices.Equal(got, []int64{2}) {
		t.Errorf("returned %v, want the flow swept lately", got)
	}
}

// Flows that end without silence leave nothing behind.
func TestWheelDropsWhatHasEnded(t *testing.T) {
	table := NewTable(DefaultConfig(), testOrigin, nil)
	syn, rst := packet{flags: "S"}.header(), packet{flags: "R", back: true}.header()
	for i := range int64(100_000) {
		table.Add(&syn, 2*i)
		table.Add(&rst, 2*i+1)
		table.Recycle(table.Ended())
	}
	if n := table.wheel.entries; n > 2*staleEntries {
		t.Errorf("%d entries of the wheel for %d flows", n, table.Len())
	}
	table.Sweep(epoch + int64(time.Hour))
	if table.Len() != 0 || table.wheel.entries != 0 {
		t.Errorf("%d flows and %d entries are left", table.Len(), table.wheel.entries)
	}
}
