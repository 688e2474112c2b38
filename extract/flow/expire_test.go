package flow

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// summary is what two runs over the same packets must agree in.
type summary struct {
	packet, packets, start, last int64
	end                          EndReason
}

func summaries(t *Table) (all []summary) {
	for _, f := range t.Ended() {
		all = append(all, summary{f.packet, f.packets(), f.start, f.last, f.end})
	}
	return all
}

// TestExpire ends flows by a clock that comes along with the packets: the
// flows are those of a table without one, but for the reason of those that no
// packet follows, which are idle at once.
func TestExpire(t *testing.T) {
	headers := traffic(rand.New(rand.NewPCG(7, 7)), 20000)
	quiet, clocked := NewTable(DefaultConfig(), &Origin{}, nil), NewTable(DefaultConfig(), &Origin{}, nil)
	for i := range headers {
		quiet.Add(&headers[i], int64(i))
		clocked.Add(&headers[i], int64(i))
		if i%100 == 0 {
			clocked.Expire(headers[i].Time)
		}
		if returned := clocked.Returned(); len(returned) > 0 {
			t.Fatalf("packet %d: flows are named to be amended, which a live capture cannot", i)
		}
	}
	end := headers[len(headers)-1].Time + int64(DefaultConfig().IdleTimeout) + 1
	quiet.Finish(EndIdle)
	clocked.Expire(end)
	if clocked.Len() != 0 {
		t.Errorf("%d flows are open longer than the idle timeout", clocked.Len())
	}
	want, got := summaries(quiet), summaries(clocked)
	order := func(a, b summary) int { return int(a.packet - b.packet) }
	slices.SortFunc(want, order)
	slices.SortFunc(got, order)
	if !slices.Equal(got, want) {
		t.Errorf("%d flows, %d without a clock, and they are not the same", len(got), len(want))
	}
}

// TestExpireJustThen keeps a flow that has been silent for exactly the timeout.
func TestExpireJustThen(t *testing.T) {
	table := NewTable(DefaultConfig(), &Origin{}, nil)
	h := header(client, server, 17, true)
	h.Time = epoch
	table.Add(&h, 0)
	table.Expire(epoch + int64(time.Minute))
	if table.Len() != 1 {
		t.Error("a flow ended after 60 s of silence; it must be longer")
	}
	table.Expire(epoch + int64(time.Minute) + 1)
	if ended := table.Ended(); len(ended) != 1 || ended[0].end != EndIdle {
		t.Errorf("after more than 60 s of silence %d flows have ended", len(ended))
	}
}
