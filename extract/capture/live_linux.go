package capture

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/google/gopacket/afpacket"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"weir/extract/capture/filter"
)

// ringSystem is a ring of Linux: a packet socket that shares memory with the
// kernel.
type ringSystem struct {
	port    *port
	options []any // of the socket
	fanout  uint16
	socket  *afpacket.TPacket
	// last is the socket's count of drops when it was last asked for, and read counts the
	// packets read from it; both are of 32 bits, as the kernel's.
	last, read uint32
}

// port is an interface that is listened to, or all of them.
type port struct {
	name    string
	program []bpf.RawInstruction
	link    LinkType // unless it is that of all interfaces
	links   links
	losses  losses
	rings   int
}

// cure is how a program is given leave to capture.
const cure = "it needs CAP_NET_RAW: run as root, or once do `sudo setcap cap_net_raw+ep \"$(command -v weir)\"`; a systemd unit has AmbientCapabilities=CAP_NET_RAW"

// OpenLive listens to interfaces. The error is a *PermissionError where the system forbids
// it, and a *filter.Error for a filter that is wrong. The caller must close the source.
func OpenLive(o LiveOptions) (*Live, error) {
	l := &Live{}
	for _, name := range o.Interfaces {
		if err := l.open(name, o); err != nil {
			l.undo()
			return nil, err
		}
	}
	for _, r := range l.rings {
		if err := r.begin(); err != nil {
			l.undo()
			return nil, fmt.Errorf("capture from %s: %w", r.port.name, err)
		}
	}
	l.start()
	return l, nil
}

// open makes the rings of an interface, which take nothing yet.
func (l *Live) open(name string, o LiveOptions) error {
	p := &port{name: name, rings: max(1, o.Rings)}
	kind, index, err := p.find()
	if err != nil {
		return err
	}
	if p.link = ethernet; kind == filter.RawIP {
		p.link = rawIP
	}
	p.losses.count(name)
	program, err := filter.Compile(o.Filter, filter.Options{Link: kind, Snaplen: o.Snaplen, Kernel: true})
	if err != nil {
		return err
	}
	if p.program, err = bpf.Assemble(program); err != nil {
		return fmt.Errorf("filter %q: %w", o.Filter, err)
	}
	if o.Promiscuous && name != Any && kind == filter.Ethernet {
		if err := l.promiscuous(p, index); err != nil {
			return err
		}
	}
	group, err := number()
	if err != nil {
		return err
	}
	for range p.rings {
		r := &ring{ringSystem: ringSystem{port: p, fanout: group, options: socketOptions(name, o)}}
		if err := r.connect(); err != nil {
			return p.explain(err)
		}
		l.rings = append(l.rings, r)
		l.release = append(l.release, r.disconnect)
	}
	return nil
}

func (l *Live) undo() {
	for _, undo := range l.release {
		undo()
	}
}

// find returns what the filter has to know of the interface, and its index.
func (p *port) find() (filter.Link, int, error) {
	if p.name == Any {
		return filter.AnyLink, 0, nil
	}
	i, err := net.InterfaceByName(p.name)
	if err != nil {
		return 0, 0, fmt.Errorf("capture from %s: there is no such interface: `weir capture --list` names them", p.name)
	}
	hardware, err := hardwareOf(p.name)
	if err != nil {
		return 0, 0, p.explain(err)
	}
	link, ok := hardwareLink(hardware)
	if !ok {
		return 0, 0, fmt.Errorf("capture from %s: its kind of link (ARPHRD %d) is not supported", p.name, hardware)
	}
	if link != ethernet {
		return filter.RawIP, i.Index, nil
	}
	if hardware == unix.ARPHRD_LOOPBACK {
		return filter.Loopback, i.Index, nil
	}
	return filter.Ethernet, i.Index, nil
}

func (p *port) explain(err error) error {
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return &PermissionError{Interface: p.name, Cure: cure, Err: err}
	}
	return fmt.Errorf("capture from %s: %w", p.name, err)
}

// promiscuous asks for the packets to other stations, for as long as a socket
// of its own is open.
func (l *Live) promiscuous(p *port, index int) error {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return p.explain(err)
	}
	l.release = append(l.release, func() { unix.Close(fd) })
	err = unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC})
	if err != nil {
		return p.explain(fmt.Errorf("promiscuous mode: %w", err))
	}
	return nil
}

// number returns a number for a group of rings, which no other program should
// have chosen.
func number() (uint16, error) {
	var b [2]byte
	if _, err := rand.Read(b[:]); err != nil {
		return 0, fmt.Errorf("choose a number: %w", err)
	}
	return binary.NativeEndian.Uint16(b[:]), nil
}

// blockBytes holds the largest packet, and many small ones.
const blockBytes = 1 << 20

func socketOptions(name string, o LiveOptions) []any {
	blocks := max(2, o.RingBytes/max(1, o.Rings)/blockBytes)
	if name == Any {
		name = ""
	}
	return []any{
		afpacket.OptInterface(name), afpacket.TPacketVersion3, afpacket.SocketRaw,
		afpacket.OptFrameSize(4096), afpacket.OptBlockSize(blockBytes), afpacket.OptNumBlocks(blocks),
		afpacket.OptBlockTimeout(retire), afpacket.OptPollTimeout(retire),
	}
}

// connect opens the ring's socket and leaves it deaf and empty: what came before it
// shared the packets with other rings, and before there was a filter, is discarded.
func (r *ring) connect() error {
	socket, err := afpacket.NewTPacket(r.options...)
	if err != nil {
		return err
	}
	r.socket = socket
	if err := r.deafen(); err != nil {
		return r.give(err)
	}
	if r.port.rings > 1 {
		if err := socket.SetFanout(afpacket.FanoutHash, r.fanout); err != nil {
			return r.give(fmt.Errorf("share packets among rings: %w", err))
		}
	}
	for deadline := time.Now().Add(2 * retire); ; {
		_, _, err := socket.ZeroCopyReadPacketData()
		if err != nil && !errors.Is(err, afpacket.ErrTimeout) && !errors.Is(err, afpacket.ErrPoll) {
			return r.give(err)
		}
		if err != nil && time.Now().After(deadline) {
			break
		}
	}
	r.last, r.read = 0, 0
	if err := socket.InitSocketStats(); err != nil {
		return r.give(err)
	}
	return nil
}

// give closes the socket that could not be set up.
func (r *ring) give(err error) error {
	r.disconnect()
	return err
}

func (r *ring) disconnect() {
	if r.socket != nil {
		r.socket.Close()
		r.socket = nil
	}
}

// deafen makes the kernel put no more packets into the ring.
func (r *ring) deafen() error {
	nothing, err := bpf.Assemble([]bpf.Instruction{bpf.RetConstant{Val: 0}})
	if err != nil {
		return err
	}
	return r.socket.SetBPF(nothing)
}

// begin lets packets into the ring.
func (r *ring) begin() error { return r.socket.SetBPF(r.port.program) }
