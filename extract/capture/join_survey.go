package capture

import (
	"context"
	"fmt"
	"io"
	"math"
)

// extent is how far a file reaches in time, in nanoseconds since 1970-01-01 UTC. It
// means nothing in a file without packets.
type extent struct {
	first, latest int64
	// back is how far a packet comes before the latest one ahead of it, at most.
	back int64
}

// add takes the time of the next packet; none has been taken before if first is true.
func (e *extent) add(t int64, first bool) {
	if first {
		*e = extent{first: t, latest: t}
	}
	e.back = max(e.back, lead(e.latest, t))
	e.latest = max(e.latest, t)
}

// follows tells whether a file begins where another one ends, or so little
// before that it is no more than the disorder within them.
func (e extent) follows(before extent) bool {
	return lead(before.latest, e.first) <= max(e.back, before.back)
}

// lead is how far a lies after b, at least 0.
func lead(a, b int64) int64 {
	switch d := a - b; {
	case a <= b:
		return 0
	case d < 0: // overflow
		return math.MaxInt64
	default:
		return d
	}
}

// survey reads a file once for what must be known of it before it is joined.
func survey(ctx context.Context, in Input) (*Member, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	id, err := Identify(in.Path)
	if err != nil {
		return nil, err
	}
	source, err := Open(in.Path)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	m := &Member{Input: in, Identity: id}
	var s Slab
	for {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		err := source.Read(&s)
		if err == io.EOF {
			m.info = source.Info()
			return m, nil
		}
		if err != nil {
			return nil, fmt.Errorf("look through %s: %w", in.Path, err)
		}
		for i := range s.Packets {
			m.add(s.Packets[i].Time, m.Packets == 0)
			m.Packets++
		}
	}
}
