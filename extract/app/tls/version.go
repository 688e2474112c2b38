package tls

import "fmt"

// Version is a protocol version as it is on the wire; 0 means none is known.
type Version uint16

// Versions.
const (
	SSL20 Version = 0x0002
	SSL30 Version = 0x0300
	TLS10 Version = 0x0301
	TLS11 Version = 0x0302
	TLS12 Version = 0x0303
	TLS13 Version = 0x0304
)

// final returns TLS13 for its drafts and experiments (IETF 0x7fNN, Google 0x7eNN,
// Facebook 0xfbNN), and the version itself otherwise.
func (v Version) final() Version {
	switch v >> 8 {
	case 0x7e, 0x7f, 0xfb:
		return TLS13
	}
	return v
}

// String returns the version's usual name, such as "TLS 1.2" or "SSL 3.0". Drafts are
// named like what they became, and what has no name is written as 0xNNNN.
func (v Version) String() string {
	switch f := v.final(); {
	case f == SSL20:
		return "SSL 2.0"
	case f == SSL30:
		return "SSL 3.0"
	case f >= TLS10 && f <= TLS13:
		return [...]string{"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}[f-TLS10]
	}
	return fmt.Sprintf("0x%04X", uint16(v))
}

// highest returns the newest version of a list, or 0 of an empty one. What is
// GREASE or no known version does not count as long as another does.
func highest(list []uint16) Version {
	var best, odd Version
	for _, n := range list {
		switch v := Version(n); {
		case grease(n):
		case v.final() >= SSL30 && v.final() <= TLS13:
			best = max(best, v.final())
		default:
			odd = max(odd, v)
		}
	}
	if best == 0 {
		return odd
	}
	return best
}
