package capture

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/afpacket"
)

// listen reads a ring until the source is stopped. An interface that is switched off
// or goes away is waited for.
func (l *Live) listen(r *ring) {
	p := <-r.free
	var deaf time.Time // since when the ring takes nothing more, once stopped
	for {
		if p.isFull() {
			last := p.slab.Packets[len(p.slab.Packets)-1].Time
			p.clock = last
			p = l.give(p)
		}
		if deaf.IsZero() && l.isStopped() {
			if err := r.deafen(); err != nil {
				l.fail(fmt.Errorf("stop capturing from %s: %w", r.port.name, err))
				return
			}
			deaf = time.Now()
		}
		if !deaf.IsZero() && time.Since(deaf) > patience {
			p.clock = time.Now().UnixNano()
			l.give(p)
			r.abandon()
			return
		}
		data, ci, err := r.socket.ZeroCopyReadPacketData()
		switch {
		case err == nil:
			r.take(p, data, &ci)
			continue
		case errors.Is(err, afpacket.ErrTimeout):
			p.clock = time.Now().Add(-delay).UnixNano()
			p = l.give(p)
			r.countDrops()
			if !deaf.IsZero() && time.Since(deaf) > 2*retire {
				return
			}
		case errors.Is(err, afpacket.ErrPoll):
			p = l.give(p)
			r.countDrops()
			if !l.revive(r) {
				return
			}
		default:
			l.fail(fmt.Errorf("capture from %s: %w", r.port.name, err))
			return
		}
	}
}

// patience is how long a stopped ring is read. What it still holds then is
// dropped, so that the program ends in time where metering cannot follow.
const patience = time.Second

// abandon counts the packets that the ring holds as dropped.
func (r *ring) abandon() {
	r.countDrops()
	_, stats, err := r.socket.SocketStats()
	if err != nil {
		return
	}
	// The kernel counts what it dropped among the packets.
	r.tally.ringDrops.Add(int64(uint32(stats.Packets()) - uint32(stats.Drops()) - r.read))
}

func (l *Live) isStopped() bool {
	select {
	case <-l.stopped:
		return true
	default:
		return false
	}
}

// take copies a packet of the ring.
func (r *ring) take(p *portion, data []byte, ci *gopacket.CaptureInfo) {
	vlan := -1
	if len(ci.AncillaryData) > 0 {
		if tag, ok := ci.AncillaryData[0].(afpacket.AncillaryVLAN); ok {
			vlan = tag.VLAN
		}
	}
	link := r.port.link
	if r.port.name == Any {
		link = r.port.links.of(ci.InterfaceIndex)
	}
	p.put(data, uint32(ci.Length), ci.Timestamp.UnixNano(), link, vlan)
	r.read++
	if r.tally.packets.Add(1)&0xffff == 0 {
		r.countDrops()
	}
}

// countDrops asks the kernel for what found no room. Its counter is of 32 bits.
func (r *ring) countDrops() {
	_, stats, err := r.socket.SocketStats()
	if err != nil {
		return
	}
	now := uint32(stats.Drops())
	r.tally.ringDrops.Add(int64(now - r.last))
	r.last = now
}

// revive waits until the interface of a ring is there again. It returns false if
// the source was stopped first.
func (l *Live) revive(r *ring) bool {
	r.tally.down.Add(1)
	for {
		r.clock.Store(time.Now().UnixNano())
		select {
		case <-l.stopped:
			return false
		case <-time.After(tick):
		}
		i, err := net.InterfaceByName(r.port.name)
		if err != nil || i.Flags&net.FlagUp == 0 {
			continue
		}
		r.disconnect()
		if err := r.connect(); err != nil {
			continue
		}
		if err := r.begin(); err != nil {
			l.fail(fmt.Errorf("capture from %s: %w", r.port.name, err))
			return false
		}
		return true
	}
}

// Counters returns what each interface has given so far. It is safe for concurrent use.
func (l *Live) Counters() []Counters {
	var all []Counters
	for i, r := range l.rings {
		if i == 0 || l.rings[i-1].port != r.port {
			all = append(all, Counters{Interface: r.port.name, KernelDrops: r.port.losses.count(r.port.name)})
		}
		c := &all[len(all)-1]
		c.Packets += r.tally.packets.Load()
		c.RingDrops += r.tally.ringDrops.Load()
		c.Down += r.tally.down.Load()
	}
	return all
}

// Host returns the name of this machine.
func Host() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
}
