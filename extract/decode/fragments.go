package decode

import "time"

// Fragment is what a packet says of being a fragment at one of its IP layers.
type Fragment struct {
	// Packet is the number the caller gave to Decode.
	Packet int
	// Later marks a fragment other than the first of its datagram.
	Later bool
	Key   FragmentKey
}

// FragmentKey is what the fragments of one datagram have in common.
type FragmentKey struct {
	Source, Destination [16]byte
	ID                  uint32
	Path                Path
	Protocol            uint8
	Family              Family
}

func (l *ipLayer) fragmentKey(data []byte) FragmentKey {
	return FragmentKey{
		Source: l.address(data, l.src), Destination: l.address(data, l.dst),
		ID: l.fragmentID, Path: l.path, Protocol: l.fragmentProto, Family: l.family,
	}
}

// Limits of Fragments.
const (
	// FragmentLife is how long after the first fragment a later one may come.
	FragmentLife = 30 * time.Second
	// fragmentEntries bounds the table, at some 60 MB. The first fragment that
	// was seen the longest ago makes room.
	fragmentEntries = 1 << 18
)

// Fragments remembers first fragments. The zero value is an empty table; each
// capture has its own, which belongs to the one goroutine that sees the
// capture's packets in order.
type Fragments struct {
	slots map[FragmentKey]int32
	ring  []firstFragment
	next  int // the slot of the ring that is overwritten next, once it is full
}

// firstFragment is the flow of a datagram.
type firstFragment struct {
	id          FragmentKey
	key         Key
	hash        uint64
	time        int64
	tunnelID    uint32
	hasTunnelID bool
	reverse     bool
}

// Resolve gives the later fragments among headers the flow and direction of
// their first fragments: those seen at most 30 s before by the packets' own
// times, in this call or an earlier one. A later fragment whose first is not
// known keeps its key of addresses without ports. frags are what Decode
// appended for these headers, in packet order, and Fragment.Packet is an index
// into headers, whose Time is set.
func (t *Fragments) Resolve(headers []Header, frags []Fragment) {
	for len(frags) > 0 {
		// The fragments of one packet stand together, outermost first. Only the
		// last can be a later one, and the outer ones lead to its flow.
		n := 1
		for n < len(frags) && frags[n].Packet == frags[0].Packet {
			n++
		}
		h := &headers[frags[0].Packet]
		for i := n - 1; i >= 0; i-- {
			if frags[i].Later {
				t.join(h, &frags[i].Key)
			} else {
				t.add(h, &frags[i].Key)
			}
		}
		frags = frags[n:]
	}
}

// join gives h the flow of the first fragment of id, if it is known.
func (t *Fragments) join(h *Header, id *FragmentKey) {
	slot, ok := t.slots[*id]
	if !ok {
		return
	}
	f := &t.ring[slot]
	// Times may be as far apart as int64 allows, hence the unsigned difference.
	if h.Time > f.time && uint64(h.Time-f.time) > uint64(FragmentLife) {
		return
	}
	h.Key, h.Hash, h.Reverse = f.key, f.hash, f.reverse
	h.TunnelID, h.HasTunnelID = f.tunnelID, f.hasTunnelID
}

// add remembers h as the first fragment of id, in the place of an earlier one.
func (t *Fragments) add(h *Header, id *FragmentKey) {
	if t.slots == nil {
		t.slots = make(map[FragmentKey]int32)
	}
	slot := t.next
	if len(t.ring) < fragmentEntries {
		slot = len(t.ring)
		t.ring = append(t.ring, firstFragment{})
	} else {
		t.next = (t.next + 1) % fragmentEntries
		// The slot may be one whose datagram has been seen again since.
		if old := &t.ring[slot]; t.slots[old.id] == int32(slot) {
			delete(t.slots, old.id)
		}
	}
	t.ring[slot] = firstFragment{
		id: *id, key: h.Key, hash: h.Hash, time: h.Time,
		tunnelID: h.TunnelID, hasTunnelID: h.HasTunnelID, reverse: h.Reverse,
	}
	t.slots[*id] = int32(slot)
}
