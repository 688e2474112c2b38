package scenario

import (
	"encoding/binary"
	"net/netip"
	"strings"
)

// DNS record types.
const (
	dnsA     = 1
	dnsCNAME = 5
	dnsAAAA  = 28
)

// DNS header words.
const (
	dnsQuery    = 0x0100 // recursion desired
	dnsResponse = 0x8180 // recursion desired and available
	dnsNXDomain = dnsResponse | 3
)

// record is a resource record of an answer.
type record struct {
	name string
	kind uint16
	ttl  uint32
	data []byte
}

// address returns the record of a name's address.
func address(name string, ttl uint32, ip string) record {
	a := netip.MustParseAddr(ip)
	kind := uint16(dnsA)
	if a.Is6() {
		kind = dnsAAAA
	}
	return record{name, kind, ttl, a.AsSlice()}
}

// dns returns a message with one question and its answers; names are not compressed.
func dns(id, flags uint16, question string, kind uint16, answers ...record) []byte {
	m := binary.BigEndian.AppendUint16(nil, id)
	m = binary.BigEndian.AppendUint16(m, flags)
	m = append(m, 0, 1)
	m = binary.BigEndian.AppendUint16(m, uint16(len(answers)))
	m = append(m, 0, 0, 0, 0)
	m = append(m, dnsName(question)...)
	m = binary.BigEndian.AppendUint16(m, kind)
	m = append(m, 0, 1)
	for _, r := range answers {
		m = append(m, dnsName(r.name)...)
		m = binary.BigEndian.AppendUint16(m, r.kind)
		m = append(m, 0, 1)
		m = binary.BigEndian.AppendUint32(m, r.ttl)
		m = binary.BigEndian.AppendUint16(m, uint16(len(r.data)))
		m = append(m, r.data...)
	}
	return m
}

// dnsName returns a domain name as labels.
func dnsName(name string) []byte {
	var b []byte
	for _, label := range strings.Split(name, ".") {
		b = append(append(b, byte(len(label))), label...)
	}
	return append(b, 0)
}
