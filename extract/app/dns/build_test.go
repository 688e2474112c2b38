package dns_test

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"weir/extract/app/dns"
	"weir/extract/app/event"
	"weir/warehouse/schema"
)

// Flags of hand-made messages.
const (
	query    = 0x0100 // RD
	response = 0x8180 // QR RD RA
)

// builder writes a message.
type builder struct{ b []byte }

func message(id, flags uint16, counts ...uint16) *builder {
	m := &builder{}
	m.u16(id, flags)
	for i := range 4 {
		var n uint16
		if i < len(counts) {
			n = counts[i]
		}
		m.u16(n)
	}
	return m
}

func (m *builder) u16(values ...uint16) *builder {
	for _, v := range values {
		m.b = binary.BigEndian.AppendUint16(m.b, v)
	}
	return m
}

// name writes the labels of a dotted name without the root.
func labels(name string) (b []byte) {
	for _, l := range strings.Split(name, ".") {
		b = append(append(b, byte(len(l))), l...)
	}
	return b
}

func (m *builder) name(name string) *builder {
	if name != "." {
		m.b = append(m.b, labels(name)...)
	}
	m.b = append(m.b, 0)
	return m
}

func (m *builder) question(name string, qtype, class uint16) *builder {
	return m.name(name).u16(qtype, class)
}

// answer writes a record whose name is a pointer to the first question's.
func (m *builder) answer(rtype, class uint16, ttl uint32, data []byte) *builder {
	m.u16(0xc00c, rtype, class)
	m.b = binary.BigEndian.AppendUint32(m.b, ttl)
	m.u16(uint16(len(data)))
	m.b = append(m.b, data...)
	return m
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// rig is a parser whose events are kept.
type rig struct {
	dns.Parser
	events []*dns.Event
}

func newRig(initiatorPort, responderPort uint16) *rig {
	r := &rig{}
	f := &event.Flow{CaptureID: "c", Family: 2, Ports: true, InitiatorPort: initiatorPort, ResponderPort: responderPort}
	f.Initiator[0], f.Responder[0] = 10, 20
	r.Reset(f, dns.NewSink(func(e *dns.Event) { r.events = append(r.events, e) }))
	return r
}

func (r *rig) datagram(dir int, m *builder, us int64) {
	r.Datagram(dir, m.b, len(m.b), event.Stamp{Time: us * 1000, Packet: us})
}

// row is the values of one row by column, as text; null is "null".
type row map[string]string

func (r *rig) rows(t testing.TB) []row {
	t.Helper()
	cat := dns.Catalogue()
	batch := schema.NewBatch(cat.Table, []string{"2026-11-22"})
	keys := make([]schema.Key, len(r.events))
	cat.Append(batch, r.events, keys)
	rows := make([]row, len(r.events))
	for i := range rows {
		rows[i] = row{}
		for j, c := range batch.Columns {
			rows[i][c.Name] = text(&batch.Vectors[j], i)
		}
	}
	return rows
}

func expect(t *testing.T, got row, want row) {
	t.Helper()
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %q, want %q", k, got[k], v)
		}
	}
}
