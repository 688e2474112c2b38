package capture

import (
	"fmt"
	"io"
	"math"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Any is the name that stands for all interfaces.
const Any = "any"

// LiveOptions say how interfaces are listened to.
type LiveOptions struct {
	// Interfaces are names, or Any alone.
	Interfaces []string
	// Filter is an expression in tcpdump's language; empty takes all packets.
	Filter string
	// Snaplen is how many bytes of a packet are captured, at most MaxSnaplen.
	Snaplen int
	// Promiscuous asks for packets to other stations too; Any goes without.
	Promiscuous bool
	// Rings is how many rings share the packets of an interface, those of a
	// conversation in one.
	Rings int
	// RingBytes is the memory of the rings of an interface together. What they
	// cannot hold is dropped, and counted.
	RingBytes int
}

// MaxSnaplen holds every packet, also those that an offloading device joins.
const MaxSnaplen = 262144

// DefaultLiveOptions returns the options that are not chosen otherwise.
func DefaultLiveOptions() LiveOptions {
	return LiveOptions{Snaplen: MaxSnaplen, Promiscuous: true, Rings: 1, RingBytes: 128 << 20}
}

// Interface is a place to capture from.
type Interface struct {
	Name string `json:"name"`
	// Addresses are with the lengths of their networks.
	Addresses []netip.Prefix `json:"addresses"`
	// MAC is the link address, or empty.
	MAC string `json:"mac,omitempty"`
	// Up tells that it is switched on, Running that it has a carrier.
	Up       bool `json:"up"`
	Running  bool `json:"running"`
	Loopback bool `json:"loopback"`
	// Captures tells that it is of a kind that can be captured from.
	Captures bool `json:"captures"`
}

// PermissionError says that the system does not let this program capture.
type PermissionError struct {
	Interface string
	// Cure tells what gives it leave.
	Cure string
	Err  error
}

func (e *PermissionError) Error() string {
	return fmt.Sprintf("capture from %s: %v: %s", e.Interface, e.Err, e.Cure)
}

func (e *PermissionError) Unwrap() error { return e.Err }

// Counters are what an interface has given so far.
type Counters struct {
	Interface string
	// Packets were read. RingDrops found no room in the rings, and
	// KernelDrops were lost before they came to them: by the device for lack of
	// buffers, or in the queue between device and protocols. Down counts how often the
	// interface was found switched off or gone.
	Packets, RingDrops, KernelDrops, Down int64
}

// Live is a source that listens to interfaces until it is stopped. Its
// packets come in the order in which each ring has them; those of a conversation are
// in one ring.
type Live struct {
	rings   []*ring
	release []func() // what Close has to undo
	full    chan *portion
	info    ledger
	packets int64
	link    LinkType // of the last packet
	timer   *time.Timer
	stopped chan struct{}
	stop    sync.Once
	readers sync.WaitGroup
	failure atomic.Pointer[error]
}

// portion is what a ring had at one time, copied out of it.
type portion struct {
	slab Slab
	from *ring
	// clock is a time up to which the ring has been read.
	clock int64
}

// ring is one of the readers of an interface.
type ring struct {
	free  chan *portion
	clock atomic.Int64 // of the last portion that Read has given
	tally tally
	ringSystem
}

// tally are the counters of a ring.
type tally struct {
	packets, ringDrops, down atomic.Int64
}

const (
	// tick is how long Read waits for packets before it returns without.
	tick = 100 * time.Millisecond
	// retire is how long the system keeps packets back to fill a block.
	retire = 50 * time.Millisecond
	// delay is how old a packet may become before it is read from a ring that
	// was empty a moment ago.
	delay = 4 * retire
	// perRing is how many portions a ring has in circulation.
	perRing = 3

	ethernet = LinkType(1)
	rawIP    = LinkType(101)
)

// Read gives the packets that have come, or after a tenth of a second an
// empty slab. Its error is io.EOF once the source was stopped and what the rings held
// then has been read.
func (l *Live) Read(s *Slab) error {
	s.Packets, s.Bytes, s.Seams = s.Packets[:0], s.Bytes[:0], s.Seams[:0]
	l.timer.Reset(tick)
	select {
	case p, ok := <-l.full:
		if !ok {
			return l.ended()
		}
		*s, p.slab = p.slab, *s // the portion's packets for an empty slab
		p.from.clock.Store(p.clock)
		p.from.free <- p
	case <-l.timer.C:
	}
	for i := range s.Packets {
		if link := s.Packets[i].Link; link != l.link || l.packets == 0 && i == 0 {
			l.info.link(link)
			l.link = link
		}
	}
	s.First = l.packets
	s.Clock = l.clock()
	l.packets += int64(len(s.Packets))
	return nil
}

func (l *Live) ended() error {
	if err := l.failure.Load(); err != nil {
		return *err
	}
	return io.EOF
}

// clock returns the time up to which all rings have been read.
func (l *Live) clock() int64 {
	clock := int64(math.MaxInt64)
	for _, r := range l.rings {
		clock = min(clock, r.clock.Load())
	}
	return clock
}

// start begins to read the rings.
func (l *Live) start() {
	l.timer = time.NewTimer(tick)
	l.stopped = make(chan struct{})
	l.full = make(chan *portion, perRing*len(l.rings))
	for _, r := range l.rings {
		r.free = make(chan *portion, perRing)
		for range perRing {
			r.free <- &portion{from: r}
		}
		r.clock.Store(time.Now().UnixNano())
		l.readers.Go(func() { l.listen(r) })
	}
	go func() {
		l.readers.Wait()
		close(l.full)
	}()
}

// give hands a portion to Read and returns an empty one.
func (l *Live) give(p *portion) *portion {
	l.full <- p
	p = <-p.from.free
	p.slab.Packets, p.slab.Bytes = p.slab.Packets[:0], p.slab.Bytes[:0]
	if cap(p.slab.Bytes) > 4*slabBytes {
		p.slab.Bytes = nil
	}
	return p
}

// put copies a packet to the portion, with the VLAN tag that the device took off
// if vlan is not negative.
func (p *portion) put(data []byte, length uint32, time int64, link LinkType, vlan int) {
	s := &p.slab
	if s.Bytes == nil {
		s.Bytes = make([]byte, 0, slabBytes)
	}
	offset := uint32(len(s.Bytes))
	const addresses = 12
	if vlan >= 0 && link == ethernet && len(data) >= addresses {
		s.Bytes = append(s.Bytes, data[:addresses]...)
		s.Bytes = append(s.Bytes, 0x81, 0x00, byte(vlan>>8), byte(vlan))
		data = data[addresses:]
		length += 4
	}
	s.Bytes = append(s.Bytes, data...)
	s.Packets = append(s.Packets, Packet{Time: time, Offset: offset, Captured: uint32(len(s.Bytes)) - offset, Length: length, Link: link})
}

// isFull tells whether the portion should be given away: it is as large as a slab,
// or its packets have waited.
func (p *portion) isFull() bool {
	s := &p.slab
	n := len(s.Packets)
	return n >= slabPackets || len(s.Bytes) >= slabBytes || n > 0 && s.Packets[n-1].Time-s.Packets[0].Time > int64(tick)
}

// Stop ends the source: Read gives what the rings hold and then io.EOF. It may
// be called from any goroutine, more than once.
func (l *Live) Stop() { l.stop.Do(func() { close(l.stopped) }) }

// Close stops listening. The source must not be read afterwards.
func (l *Live) Close() error {
	l.Stop()
	go func() {
		for p := range l.full {
			p.from.free <- p
		}
	}()
	l.readers.Wait()
	for _, undo := range slices.Backward(l.release) {
		undo()
	}
	return nil
}

// Info returns what is known so far. It is safe for concurrent use.
func (l *Live) Info() Info {
	info := l.info.get()
	info.Format, info.DroppedKnown = "live", true
	for _, c := range l.Counters() {
		info.Dropped += c.RingDrops + c.KernelDrops
	}
	return info
}

// fail ends the source with an error.
func (l *Live) fail(err error) {
	l.failure.CompareAndSwap(nil, &err)
	l.Stop()
}
