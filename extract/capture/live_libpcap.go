//go:build windows || (!linux && cgo)

package capture

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"time"

	libpcap "github.com/google/gopacket/pcap"

	"weir/extract/capture/filter"
)

// ringSystem is a reader of the system's libpcap, or Npcap.
type ringSystem struct {
	name   string
	handle *libpcap.Handle
	link   LinkType
	seen   int64 // drops as last reported
}

// cure is how a program is given leave to capture.
const cure = "run as administrator; on macOS, members of the group access_bpf may capture (ChmodBPF of Wireshark)"

// OpenLive listens to interfaces. The error is a *PermissionError where the system forbids
// it, and a *filter.Error for a filter that is wrong. The caller must close the source.
// The filter is compiled by the system's library. There is one ring an interface.
func OpenLive(o LiveOptions) (*Live, error) {
	l := &Live{}
	for _, name := range o.Interfaces {
		r := &ring{ringSystem: ringSystem{name: name}}
		if err := r.open(o); err != nil {
			for _, undo := range l.release {
				undo()
			}
			return nil, err
		}
		l.rings = append(l.rings, r)
		l.release = append(l.release, r.handle.Close)
	}
	l.start()
	return l, nil
}

func (r *ring) open(o LiveOptions) error {
	inactive, err := libpcap.NewInactiveHandle(r.name)
	if err != nil {
		return fmt.Errorf("capture from %s: %w", r.name, err)
	}
	defer inactive.CleanUp()
	err = errors.Join(inactive.SetSnapLen(o.Snaplen), inactive.SetPromisc(o.Promiscuous && r.name != Any),
		inactive.SetTimeout(retire), inactive.SetBufferSize(o.RingBytes))
	if err != nil {
		return fmt.Errorf("capture from %s: %w", r.name, err)
	}
	if r.handle, err = inactive.Activate(); err != nil {
		if text := strings.ToLower(err.Error()); strings.Contains(text, "permi") {
			return &PermissionError{Interface: r.name, Cure: cure, Err: err}
		}
		return fmt.Errorf("capture from %s: %w", r.name, err)
	}
	r.link = LinkType(r.handle.LinkType())
	if o.Filter == "" {
		return nil
	}
	if err := r.handle.SetBPFFilter(o.Filter); err != nil {
		r.handle.Close()
		return &filter.Error{Expression: o.Filter, Reason: err.Error()}
	}
	return nil
}

// listen reads an interface until the source is stopped.
func (l *Live) listen(r *ring) {
	p := <-r.free
	for {
		if p.isFull() {
			p.clock = p.slab.Packets[len(p.slab.Packets)-1].Time
			p = l.give(p)
		}
		select {
		case <-l.stopped:
			p.clock = time.Now().UnixNano()
			l.give(p)
			r.countDrops()
			return
		default:
		}
		data, ci, err := r.handle.ZeroCopyReadPacketData()
		switch {
		case err == nil:
			p.put(data, uint32(ci.Length), ci.Timestamp.UnixNano(), r.link, -1)
			r.tally.packets.Add(1)
		case errors.Is(err, libpcap.NextErrorTimeoutExpired):
			p.clock = time.Now().Add(-delay).UnixNano()
			p = l.give(p)
			r.countDrops()
		default:
			l.fail(fmt.Errorf("capture from %s: %w", r.name, err))
			return
		}
	}
}

func (r *ring) countDrops() {
	stats, err := r.handle.Stats()
	if err != nil {
		return
	}
	now := int64(stats.PacketsDropped) + int64(stats.PacketsIfDropped)
	r.tally.ringDrops.Add(max(0, now-r.seen))
	r.seen = now
}

// Counters returns what each interface has given so far. It is safe for concurrent use.
func (l *Live) Counters() []Counters {
	var all []Counters
	for _, r := range l.rings {
		all = append(all, Counters{Interface: r.name, Packets: r.tally.packets.Load(), RingDrops: r.tally.ringDrops.Load()})
	}
	return all
}

// Interfaces lists the interfaces of this machine.
func Interfaces() ([]Interface, error) {
	devices, err := libpcap.FindAllDevs()
	if err != nil {
		return nil, fmt.Errorf("list interfaces: %w", err)
	}
	const loopback, up, running = 1, 2, 4
	var list []Interface
	for _, d := range devices {
		x := Interface{Name: d.Name, Up: d.Flags&up != 0, Running: d.Flags&running != 0, Loopback: d.Flags&loopback != 0, Captures: true}
		for _, a := range d.Addresses {
			address, ok := netip.AddrFromSlice(a.IP)
			if !ok {
				continue
			}
			ones := 0
			for _, b := range a.Netmask {
				for ; b&0x80 != 0; b <<= 1 {
					ones++
				}
			}
			x.Addresses = append(x.Addresses, netip.PrefixFrom(address.Unmap(), ones))
		}
		list = append(list, x)
	}
	return list, nil
}

// Host returns the name of this machine.
func Host() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
}
