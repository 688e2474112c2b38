package app

import (
	"strings"
	"testing"

	"weir/extract/app/dns"
	"weir/warehouse/schema"
)

// netBIOSQuery asks for the name *, as scanners do on any port.
var netBIOSQuery = "\x80\xf0\x00\x10\x00\x01" + strings.Repeat("\x00", 6) + " CK" + strings.Repeat("A", 30) + "\x00\x00\x21\x00\x01"

func TestDatagrams(t *testing.T) {
	ntp := "\x23\x02\x06\xe9" + strings.Repeat("\x00", 36) + "\xe5\x00\x00\x00\x01\x02\x03\x04"
	rtp := func(seq byte) string {
		return "\x80\x00\x00" + string([]byte{seq}) + "TIMESSRC" + strings.Repeat("v", 160)
	}
	for name, c := range map[string]struct {
		initiator, responder uint16
		says                 []say
		want                 string
	}{
		"dns":                {40000, 53, []say{{0, dnsQuery("example")}, {1, dnsReply("example")}}, "dns dns"},
		"dns on any port":    {40000, 4000, []say{{0, dnsQuery("example")}, {1, dnsReply("example")}}, "dns dns"},
		"dns and a scan":     {40000, 4000, []say{{0, dnsQuery("example")}, {0, netBIOSQuery}, {0, "\x00\x00\x10\x00" + strings.Repeat("\x00", 8)}, {0, strings.Repeat("\x00", 40)}}, "dns dns"},
		"dns and an error":   {40000, 4000, []say{{0, dnsQuery("example")}, {1, "\x12\x34\x80\x01" + strings.Repeat("\x00", 8)}}, "dns dns"},
		"netbios, mangled":   {40000, 137, []say{{0, dnsQuery("example")}}, ""},
		"dns from a server":  {53, 40000, []say{{0, dnsReply("example")}}, "dns dns<"},
		"two transactions":   {40000, 53, []say{{0, dnsQuery("a")}, {0, dnsQuery("b")}, {1, dnsReply("b")}, {1, dnsReply("a")}}, "dns dns dns"},
		"ntp":                {40000, 123, []say{{0, ntp}}, "ntp"},
		"stun":               {40000, 4000, []say{{0, "\x00\x01\x00\x00\x21\x12\xa4\x42TRANSACTIONX"}}, "stun"},
		"rtp":                {40000, 4000, []say{{0, rtp(1)}, {0, rtp(2)}, {1, "\x80"}, {0, rtp(3)}, {0, rtp(4)}, {0, rtp(5)}}, "rtp"},
		"no rtp":             {40000, 4000, []say{{0, rtp(1)}, {0, rtp(3)}, {0, rtp(9)}, {0, rtp(4)}, {0, rtp(5)}, {0, rtp(6)}}, ""},
		"google quic":        {40000, 443, []say{{0, "\x0dCONNECTIQ043" + strings.Repeat("\x00", 1338)}}, "quic"},
		"unknown":            {40000, 4000, []say{{0, "\x99\x99"}, {0, "\x99\x99"}}, ""},
		"unknown, then stun": {40000, 4000, []say{{0, "\x99"}, {0, "\x99"}, {0, "\x00\x01\x00\x00\x21\x12\xa4\x42TRANSACTIONX"}}, "stun"},
		"stun, too late":     {40000, 4000, []say{{0, "\x99"}, {0, "\x99"}, {0, "\x99"}, {0, "\x99"}, {0, "\x00\x01\x00\x00\x21\x12\xa4\x42TRANSACTIONX"}}, ""},
	} {
		e := NewEngine()
		for range 2 { // the second time in used ones
			k := newTalk(e, c.initiator, c.responder)
			for _, s := range c.says {
				k.datagram(s.dir, s.text)
			}
			if got := k.end(); got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
			e.Recycle(k.Conversation)
		}
	}
}

// Of the first fragment of a datagram the length is not known, so it is not
// given as that of the response.
func TestFragmentOfDNS(t *testing.T) {
	k := newTalk(NewEngine(), 40000, 53)
	k.datagram(0, dnsQuery("example"))
	h := k.header(1, []byte(dnsReply("example")))
	h.Fragment = true
	k.Datagram(h, 1, 2)
	k.Close()
	events := k.engine.Events()
	if events.Len() != 1 || k.DNS().Responses != 1 {
		t.Fatalf("%d events, %+v", events.Len(), k.DNS())
	}
	catalogue := dns.Catalogue()
	batch := schema.NewBatch(catalogue.Table, []string{"1970-01-01"})
	catalogue.Append(batch, events.DNS, []schema.Key{events.DNS[0].Key()})
	for i, c := range batch.Columns {
		if null := batch.Vectors[i].Null(0); c.Name == "response_bytes" && !null || c.Name == "rcode" && null {
			t.Errorf("%s null: %v", c.Name, null)
		}
	}
}
