package extract

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"weir/extract/capture"
	"weir/extract/flow"
	"weir/warehouse/schema"
)

// manyConversations makes the frames of n flows of DNS, HTTP and TLS, many at
// a time, and tells how many rows they make.
func manyConversations(t *testing.T, n int) (frames []frame, rows map[string]int) {
	r := rand.New(rand.NewPCG(1, 9))
	pieces, _, _ := handshake(t)
	rows = map[string]int{}
	for i := range n {
		at := midnight + int64(i-n/2)*int64(3*time.Millisecond)
		client, port := uint32(alice+i%5000), uint16(1024+i%60000)
		switch i % 3 {
		case 0:
			for q := range 3 {
				name := fmt.Sprintf("n%d", q)
				frames = append(frames, datagram(at+int64(q), client, bob, port, 53, dnsMessage(uint16(q), false, name)))
				rows["dns"]++
				if q > 0 {
					frames = append(frames, datagram(at+int64(q)*int64(time.Second), bob, client, 53, port, dnsMessage(uint16(q), true, name)))
				}
			}
		case 1:
			exchange := []side{{false, []byte("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n")},
				{true, []byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 204 No Content\r\n\r\n")}}
			frames = append(frames, connection(at, client, bob, port, 80, slices.Repeat(exchange, 1+i%4))...)
			rows["http"] += 2 * (1 + i%4)
		case 2:
			frames = append(frames, connection(at, client, bob, port, 443, pieces[:1+r.IntN(len(pieces))])...)
			rows["tls"]++
		}
	}
	slices.SortStableFunc(frames, func(a, b frame) int { return int(min(max(a.at-b.at, -1), 1)) })
	return frames, rows
}

// Every exchange is one row, joins its flow, and is the same for any number of
// workers.
func TestEventsOfManyFlows(t *testing.T) {
	n := 18_000
	if testing.Short() {
		n = 3_000
	}
	frames, expected := manyConversations(t, n)
	want, stats := runSource(t, withWorkers(1), &memorySource{frames: frames, slab: 1000})
	flows := map[any]row{}
	for _, r := range want.rows("flows") {
		flows[r.values["flow_uid"]] = r
	}
	if len(flows) != n {
		t.Errorf("%d flows, want %d", len(flows), n)
	}
	for _, table := range []string{"dns", "http", "tls"} {
		rows := want.rows(table)
		if len(rows) != expected[table] {
			t.Errorf("%d rows of %s, want %d", len(rows), table, expected[table])
		}
		for _, r := range rows {
			f, ok := flows[r.values["flow_uid"]]
			if !ok || f.values["service"] != table || f.values["src_ip"] != r.values["src_ip"] || f.values["src_port"] != r.values["src_port"] {
				t.Fatalf("a row of %s does not join its flow: %v and %v", table, r.values, f.values)
			}
			if at := r.values["time"].(int64); at < f.values["start_time"].(int64) || r.values["date"] != time.UnixMicro(at).UTC().Format(time.DateOnly) {
				t.Fatalf("a row of %s at %d, %v, in a flow from %d on", table, at, r.values["date"], f.values["start_time"])
			}
		}
	}
	for _, workers := range []int{2, 3, 8} {
		got, s := runSource(t, withWorkers(workers), &memorySource{frames: frames, slab: 1000})
		compareRuns(t, workers, want, got, stats, s)
	}
}

// Half-open connections have no payload, so the application layer costs them
// nothing; and a flow itself takes a bounded number of bytes.
func TestHalfOpenConnectionsAreBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("meters many flows at once")
	}
	const n, perFlow, perFlowOfApp = 200_000, 1800, 16
	var used [2]int64
	for i, noApp := range []bool{true, false} {
		c := withWorkers(2)
		c.NoApp = noApp
		source := &synSource{n: n}
		before := live()
		source.atEnd = func() { used[i] = settled() - before }
		s, err := NewPipeline(c, NewCatalogues()).Run(context.Background(), &flow.Origin{}, source, &discardSink{map[string]*schema.Batch{}})
		if err != nil || s.Flows != n {
			t.Fatalf("%d flows, %v", s.Flows, err)
		}
	}
	t.Logf("%d bytes a flow, %d with the application layer", used[0]/n, used[1]/n)
	if used[0] > n*perFlow || used[1]-used[0] > n*perFlowOfApp {
		t.Errorf("%d bytes a flow, %d with the application layer", used[0]/n, used[1]/n)
	}
}

// settled is what is live once it no longer changes: when the shards have taken
// what the source has given.
func settled() int64 {
	used := live()
	for last := int64(-1); used != last; {
		time.Sleep(50 * time.Millisecond)
		last, used = used, live()
	}
	return used
}

func live() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// synSource is a capture of SYNs, each of another connection, within the idle
// timeout.
type synSource struct {
	memorySource
	n     int
	atEnd func()
}

func (s *synSource) Read(slab *capture.Slab) error {
	s.frames = s.frames[:0]
	from := s.next
	for i := from; i < min(from+1000, s.n); i++ {
		s.frames = append(s.frames, frame{at: noon + int64(i)*1000, data: ip4(uint32(i>>12), bob, 6, 0, 0, false, tcpSegment(uint16(i&0xfff), 80, 1, 2, 0))})
	}
	if len(s.frames) == 0 {
		s.atEnd()
	}
	m := memorySource{frames: s.frames, slab: 1000}
	err := m.Read(slab)
	slab.First, s.next = int64(from), from+len(s.frames)
	return err
}
