package capture

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// hardwareLink returns the link type of the packets of a kind of device.
func hardwareLink(hardware uint16) (LinkType, bool) {
	switch hardware {
	case unix.ARPHRD_ETHER, unix.ARPHRD_LOOPBACK:
		return ethernet, true
	case unix.ARPHRD_NONE, unix.ARPHRD_RAWIP:
		return rawIP, true
	}
	return 0, false
}

// hardwareOf returns the kind of device that an interface is.
func hardwareOf(name string) (uint16, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq(name)
	if err != nil {
		return 0, fmt.Errorf("interface %s: %w", name, err)
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, request); err != nil {
		return 0, fmt.Errorf("interface %s: %w", name, err)
	}
	return request.Uint16(), nil
}

// unsupported is a link type that is not decoded, so that packets of devices
// of other kinds are counted as rejected.
const unsupported = LinkType(147)

// links tells the link types of packets by the index of their interface.
type links struct {
	mu    sync.Mutex
	known map[int]LinkType
	last  int // the interface that was asked for last
	link  LinkType
}

func (k *links) of(index int) LinkType {
	k.mu.Lock()
	defer k.mu.Unlock()
	if index == k.last {
		return k.link
	}
	link, ok := k.known[index]
	if !ok {
		link = unsupported
		if i, err := net.InterfaceByIndex(index); err == nil {
			if hardware, err := hardwareOf(i.Name); err == nil {
				if l, ok := hardwareLink(hardware); ok {
					link = l
				}
			}
		}
		if k.known == nil {
			k.known = map[int]LinkType{}
		}
		k.known[index] = link
	}
	k.last, k.link = index, link
	return link
}

// losses counts the packets that an interface has lost before a ring could
// have taken them: in the device, for lack of buffers; and in the
// queue between the device and the protocols. The kernel counts the latter for the whole
// machine, and with the interface together with packets that nobody but
// this program wanted, so the smaller of both is what it was.
type losses struct {
	mu    sync.Mutex
	begun bool
	first loss
	most  int64
}

type loss struct{ device, unwanted, queue int64 }

func (l *losses) count(name string) int64 {
	now := readLoss(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.begun {
		l.begun, l.first = true, now
	}
	queued := min(now.unwanted-l.first.unwanted, now.queue-l.first.queue)
	l.most = max(l.most, now.device-l.first.device+max(0, queued))
	return l.most
}

func readLoss(name string) loss {
	statistic := func(what string) int64 {
		text, err := os.ReadFile("/sys/class/net/" + name + "/statistics/" + what)
		if err != nil {
			return 0
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
		if err != nil {
			return 0
		}
		return n
	}
	x := loss{queue: backlogLoss()}
	if name == Any {
		x.unwanted = x.queue
		return x
	}
	x.unwanted = statistic("rx_dropped")
	x.device = statistic("rx_missed_errors") + statistic("rx_fifo_errors")
	return x
}

// backlogLoss returns the sum of the second column of softnet_stat: packets that
// found the queue of a processor full.
func backlogLoss() (sum int64) {
	text, err := os.ReadFile("/proc/net/softnet_stat")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 1 {
			if n, err := strconv.ParseInt(f[1], 16, 64); err == nil {
				sum += n
			}
		}
	}
	return sum
}

// Interfaces lists the interfaces of this machine.
func Interfaces() ([]Interface, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list interfaces: %w", err)
	}
	var list []Interface
	for _, i := range all {
		x := Interface{
			Name: i.Name, MAC: i.HardwareAddr.String(), Up: i.Flags&net.FlagUp != 0,
			Running: i.Flags&net.FlagRunning != 0, Loopback: i.Flags&net.FlagLoopback != 0,
		}
		hardware, err := hardwareOf(i.Name)
		if err != nil {
			if errors.Is(err, unix.ENODEV) {
				continue // it has gone meanwhile
			}
			return nil, err
		}
		_, x.Captures = hardwareLink(hardware)
		addresses, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, a := range addresses {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				x.Addresses = append(x.Addresses, p)
			}
		}
		list = append(list, x)
	}
	return list, nil
}
