package dns

import (
	"encoding/base64"
	"strconv"
)

// gateway appends what IPSECKEY and AMTRELAY records point at: nothing, an
// IPv4 or IPv6 address, or a name.
func (d *rdata) gateway(dst []byte, kind uint64) []byte {
	switch kind {
	case 0:
		return append(dst, '.')
	case 1, 2:
		return d.address(dst, kind == 2)
	case 3:
		return d.name(dst)
	}
	d.bad = true
	return dst
}

// ipsecKey appends an IPSECKEY record (RFC 4025) from the gateway's type on.
func (d *rdata) ipsecKey(dst []byte) []byte {
	kind, algorithm := d.number(1), d.number(1)
	dst = strconv.AppendUint(dst, kind, 10)
	dst = strconv.AppendUint(append(dst, ' '), algorithm, 10)
	dst = d.gateway(append(dst, ' '), kind)
	if d.off == d.end {
		return dst // no key
	}
	return base64.StdEncoding.AppendEncode(append(dst, ' '), d.rest())
}

// relay appends an AMTRELAY record (RFC 8777).
func (d *rdata) relay(dst []byte) []byte {
	precedence, kind := d.number(1), d.number(1)
	dst = strconv.AppendUint(dst, precedence, 10)
	dst = strconv.AppendUint(append(dst, ' '), kind>>7, 10)
	dst = strconv.AppendUint(append(dst, ' '), kind&0x7f, 10)
	return d.gateway(append(dst, ' '), kind&0x7f)
}

// hostIdentity appends a HIP record (RFC 8005).
func (d *rdata) hostIdentity(dst []byte) []byte {
	tag, algorithm, key := int(d.number(1)), d.number(1), int(d.number(2))
	dst = strconv.AppendUint(dst, algorithm, 10)
	dst = appendHex(append(dst, ' '), d.take(tag))
	dst = base64.StdEncoding.AppendEncode(append(dst, ' '), d.take(key))
	for !d.bad && d.off < d.end {
		dst = d.name(append(dst, ' '))
	}
	return dst
}
