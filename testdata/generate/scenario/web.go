package scenario

import (
	"fmt"
	"time"
)

// web is a browser's visit: three DNS lookups, two answered and one for a
// name that is not there, then two HTTP requests over one connection, which
// both sides close.
func web() *trace {
	t := newTrace("2026-03-14T09:15:00.000100Z")
	laptop := newHost(0x10, "192.0.2.10")
	resolver := newHost(0x53, "192.0.2.53")
	site := newHost(0x01, "198.51.100.80") // behind the router

	lookup := newTalk(t, laptop, 53124, resolver, 53)
	lookup.udp(0, client, dns(0x1001, dnsQuery, "www.example.com", dnsA))
	lookup.udp(8*time.Millisecond, server, dns(0x1001, dnsResponse, "www.example.com", dnsA,
		record{"www.example.com", dnsCNAME, 300, dnsName("web.example.net")},
		address("web.example.net", 60, "198.51.100.80")))
	lookup = newTalk(t, laptop, 53125, resolver, 53)
	lookup.udp(200*time.Microsecond, client, dns(0x1002, dnsQuery, "www.example.com", dnsAAAA))
	lookup.udp(9*time.Millisecond, server, dns(0x1002, dnsResponse, "www.example.com", dnsAAAA,
		record{"www.example.com", dnsCNAME, 300, dnsName("web.example.net")},
		address("web.example.net", 60, "2001:db8:80::80")))
	lookup = newTalk(t, laptop, 53126, resolver, 53)
	lookup.udp(300*time.Microsecond, client, dns(0x1003, dnsQuery, "wpad.example.com", dnsA))
	lookup.udp(2*time.Millisecond, server, dns(0x1003, dnsNXDomain, "wpad.example.com", dnsA))

	visit := newTalk(t, laptop, 49152, site, 80).far(9)
	visit.open(time.Millisecond, 20*time.Millisecond)
	visit.tcp(150*time.Microsecond, client, psh|ack, []byte(
		"GET /index.html HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: weir-example/1.0\r\nAccept: text/html\r\n\r\n"))
	page := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nServer: example\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s", 2600, text(2600))
	visit.tcp(21*time.Millisecond, server, ack, page[:1460])
	visit.tcp(12*time.Microsecond, server, psh|ack, page[1460:])
	visit.tcp(60*time.Microsecond, client, ack, nil)
	visit.tcp(1500*time.Millisecond, client, psh|ack, fmt.Appendf(nil,
		"POST /form HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: weir-example/1.0\r\nContent-Length: %d\r\n\r\n%s", 40, text(40)))
	visit.tcp(30*time.Millisecond, server, psh|ack, []byte(
		"HTTP/1.1 204 No Content\r\nServer: example\r\n\r\n"))
	visit.tcp(40*time.Millisecond, client, ack, nil)
	visit.close(2*time.Second, 20*time.Millisecond)
	return t
}
