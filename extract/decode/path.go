package decode

// Tunnel is a kind of encapsulation that is opened.
type Tunnel uint8

// Tunnels, and how spec and columns spell them.
const (
	NoTunnel Tunnel = iota
	IPIP            // ipip
	GRE             // gre
	VXLAN           // vxlan
	Geneve          // geneve
	GTPU            // gtpu
	Teredo          // teredo
)

var tunnelNames = [...]string{"", "ipip", "gre", "vxlan", "geneve", "gtpu", "teredo"}

// MaxDepth is how many tunnels are opened at the most.
const MaxDepth = 8

// Path is the list of tunnels around a packet, four bits each, the innermost
// in the lowest bits. The zero Path is no tunnel.
type Path uint32

// Push returns the path with a tunnel inside all others.
func (p Path) Push(t Tunnel) Path { return p<<4 | Path(t) }

// Depth returns the number of tunnels.
func (p Path) Depth() int {
	n := 0
	for ; p != 0; p >>= 4 {
		n++
	}
	return n
}

// Innermost returns the tunnel next to the packet.
func (p Path) Innermost() Tunnel { return Tunnel(p & 15) }

// AppendText appends the names from the outermost to the innermost, joined by
// slashes.
func (p Path) AppendText(dst []byte) []byte {
	for shift := 4 * (p.Depth() - 1); shift >= 0; shift -= 4 {
		dst = append(dst, tunnelNames[p>>shift&15]...)
		if shift > 0 {
			dst = append(dst, '/')
		}
	}
	return dst
}
