package flow

// gone remembers the first packets of swept flows by the hash of their key. Two
// keys of equal hash could only mistake eof for idle, so the full key is not
// kept: a capture of years has many. What was swept lately and what was
// before are apart, so that the latter can be forgotten.
type gone struct{ lately, before map[uint64]int64 }

// GoneBytes is about what it takes to remember a swept flow.
const GoneBytes = 40

func (g *gone) put(hash uint64, packet int64) {
	if g.lately == nil {
		g.lately = map[uint64]int64{}
	}
	g.lately[hash] = packet
}

// take returns the first packet of a swept flow and forgets it.
func (g *gone) take(hash uint64) (packet int64, ok bool) {
	if packet, ok = g.lately[hash]; ok {
		delete(g.lately, hash)
		return packet, true
	}
	if packet, ok = g.before[hash]; ok {
		delete(g.before, hash)
	}
	return packet, ok
}

// Gone returns how many swept flows are remembered that were swept since the last
// call of Forget.
func (t *Table) Gone() int { return len(t.gone.lately) }

// Forget forgets the swept flows that were remembered at the call before. If a
// packet of such a flow's key comes later, nobody learns of it: the flow keeps
// the end reason eof, where it would have been amended to idle.
func (t *Table) Forget() { t.gone = gone{before: t.gone.lately} }
