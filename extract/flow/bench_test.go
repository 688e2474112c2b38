package flow

import (
	"fmt"
	"testing"

	"weir/extract/decode"
	"weir/warehouse/schema"
)

// conversations returns one TCP packet of each of n flows.
func conversations(n int) []decode.Header {
	headers := make([]decode.Header, n)
	for i := range headers {
		headers[i] = packet{flags: "A", payload: 100}.header()
		converse(&headers[i], i)
	}
	return headers
}

// converse makes a packet one of conversation i.
func converse(h *decode.Header, i int) {
	h.Key.A[8], h.Key.A[9], h.Key.A[10], h.Key.A[11] = 0, byte(i>>16), byte(i>>8), byte(i)
	h.Hash = (uint64(i) + 1) * 0x9e3779b97f4a7c15
}

// BenchmarkAdd adds packets of flows that are all open, each of another flow than
// the one before, as a shard does: some headers at a time, which have just been written.
func BenchmarkAdd(b *testing.B) {
	for _, n := range []int{1, 10_000, 1_000_000} {
		b.Run(fmt.Sprintf("flows=%d", n), func(b *testing.B) {
			table := NewTable(DefaultConfig(), testOrigin, nil)
			headers, list := conversations(Ahead), make([]uint32, Ahead)
			for i := range list {
				list[i] = uint32(i)
			}
			packets := 0
			add := func() {
				for i := range headers {
					round := (packets + i) / n
					converse(&headers[i], (packets+i)%n)
					headers[i].Seq, headers[i].Reverse = uint32(round/2*100), round&1 == 1
				}
				table.Expect(headers, list)
				for i := range headers {
					table.Add(&headers[i], int64(packets+i))
				}
				packets += Ahead
			}
			for packets < 2*n {
				add()
			}
			before := packets
			b.ReportAllocs()
			for b.Loop() {
				add()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(packets-before), "ns/packet")
		})
	}
}

// BenchmarkAppend turns flows into rows.
func BenchmarkAppend(b *testing.B) {
	const n = 4096
	headers := conversations(n)
	table := NewTable(DefaultConfig(), testOrigin, nil)
	for i := range 8 * n {
		h := &headers[i%n]
		h.Time += int64(i)
		h.Reverse = i/n&1 == 0
		table.Add(h, int64(i))
	}
	table.Finish(EndEOF)
	flows, keys := table.Ended(), make([]schema.Key, n)
	c := Catalogue()
	batch := schema.NewBatch(c.Table, []string{"tcp", "2023-11-14"})
	b.ReportAllocs()
	for b.Loop() {
		batch.Reset()
		c.Append(batch, flows, keys)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/flow")
}

// BenchmarkTurnover opens flows of two packets, ends them by silence and gives them
// back, tens of thousands at a time: more than a cache holds.
func BenchmarkTurnover(b *testing.B) {
	const n = 40_000
	c := DefaultConfig()
	table := NewTable(c, testOrigin, nil)
	headers, list := conversations(Ahead), make([]uint32, Ahead)
	for i := range list {
		list[i] = uint32(i)
	}
	packets, now := 0, headers[0].Time
	turn := func() {
		for at := 0; at < 2*n; at += Ahead {
			for i := range headers {
				converse(&headers[i], packets/n/2*n+(at+i)%n)
				headers[i].Time = now
			}
			table.Expect(headers, list)
			for i := range headers {
				table.Add(&headers[i], int64(packets+i))
			}
			packets += Ahead
		}
		now += 2 * int64(c.IdleTimeout)
		table.Sweep(now)
		table.Forget()
		table.Recycle(table.Ended())
	}
	turn()
	before := packets
	b.ReportAllocs()
	for b.Loop() {
		turn()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(packets-before)*2, "ns/flow")
}
