package extract

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"

	"weir/extract/decode"
	"weir/extract/flow"
)

// Talk is a row of a live table: a flow or a sender.
type Talk struct {
	Name           string
	Packets, Bytes int64
}

// top are the largest flows and senders of a shard as of its last sweep.
type top struct{ flows, senders []Talk }

// Largest returns the largest open flows and the largest senders of open flows,
// Top of each at the most, as of the last sweeps.
func (l *Live) Largest() (flows, senders []Talk) {
	l.mu.Lock()
	defer l.mu.Unlock()
	bytes := map[string]Talk{}
	for _, t := range l.tops {
		flows = append(flows, t.flows...)
		for _, s := range t.senders {
			x := bytes[s.Name]
			bytes[s.Name] = Talk{s.Name, x.Packets + s.Packets, x.Bytes + s.Bytes}
		}
	}
	for _, s := range bytes {
		senders = append(senders, s)
	}
	return largest(flows, l.Top), largest(senders, l.Top)
}

func largest(talks []Talk, n int) []Talk {
	slices.SortFunc(talks, func(a, b Talk) int { return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Name, b.Name)) })
	return talks[:min(n, len(talks))]
}

// survey notes a shard's largest flows and senders. Only flows of some size are
// named, so that many small ones cost little.
func (s *liveShard) survey(t *flow.Table) {
	type sender struct {
		family  decode.Family
		address [16]byte
	}
	var large []*flow.Flow
	senders := map[sender]Talk{}
	t.Each(func(f *flow.Flow) {
		k := f.Key()
		for dir, address := range [][16]byte{k.A, k.B} {
			packets, bytes := f.Sent(dir == 1)
			if packets > 0 {
				x := senders[sender{k.Family, address}]
				senders[sender{k.Family, address}] = Talk{Packets: x.Packets + packets, Bytes: x.Bytes + bytes}
			}
		}
		large = append(large, f)
	})
	size := func(f *flow.Flow) int64 {
		_, a := f.Sent(false)
		_, b := f.Sent(true)
		return a + b
	}
	slices.SortFunc(large, func(a, b *flow.Flow) int { return cmp.Compare(size(b), size(a)) })
	var x top
	for _, f := range large[:min(s.live.Top, len(large))] {
		x.flows = append(x.flows, Talk{nameOf(f.Key()), f.Packets(), size(f)})
	}
	for who, talk := range senders {
		talk.Name = string(decode.AppendAddr(nil, who.family, who.address))
		x.senders = append(x.senders, talk)
	}
	s.live.mu.Lock()
	defer s.live.mu.Unlock()
	s.live.tops[s.number] = x
}

// nameOf names a conversation.
func nameOf(k decode.Key) string {
	end := func(address [16]byte, port uint16) string {
		a := string(decode.AppendAddr(nil, k.Family, address))
		if k.Ports {
			return net.JoinHostPort(a, strconv.Itoa(int(port)))
		}
		return a
	}
	return fmt.Sprintf("%s %s <> %s", decode.ProtocolName(k), end(k.A, k.PortA), end(k.B, k.PortB))
}
