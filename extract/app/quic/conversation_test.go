package quic

import (
	"bytes"
	"encoding/binary"
	"testing"

	"weir/extract/app/event"
	"weir/extract/app/tls"
)

// The hellos of the RFC without their frames.
func rfcClientHello(t testing.TB) []byte { return unhex(t, rfcClientFrames)[4:] }
func rfcServerHello(t testing.TB) []byte { return unhex(t, rfcServerFrames)[9:] }

// number appends a variable-length integer of eight bytes.
func number(b []byte, v uint64) []byte { return binary.BigEndian.AppendUint64(b, v|3<<62) }

// crypto is a CRYPTO frame.
func crypto(offset int, data []byte) []byte {
	b := number([]byte{frameCrypto}, uint64(offset))
	return append(number(b, uint64(len(data))), data...)
}

// packet is an Initial packet to be sealed; key is what its keys derive from,
// dcid if nil.
type packet struct {
	version    uint32
	dcid, scid string
	token      string
	pn         byte
	frames     []byte
	key        string
	side       int
	size       int // padded to this, 0 for as it is
	greased    bool
}

func (p packet) seal(t testing.TB) []byte {
	first := byte(0xc0)
	if p.version == version2 {
		first = 0xd0
	}
	if p.greased {
		first &^= fixedBit
	}
	head := binary.BigEndian.AppendUint32([]byte{first}, p.version)
	head = append(append(head, byte(len(p.dcid))), p.dcid...)
	head = append(append(head, byte(len(p.scid))), p.scid...)
	head = append(append(head, byte(len(p.token))), p.token...)
	frames := bytes.Clone(p.frames)
	if n := p.size - len(head) - 2 - 1 - tagLen; n > len(frames) {
		frames = append(frames, make([]byte, n-len(frames))...)
	}
	frames = append(frames, make([]byte, max(0, 4-len(frames)))...)
	head = binary.BigEndian.AppendUint16(head, uint16(1+len(frames)+tagLen)|0x4000)
	if p.key == "" {
		p.key = p.dcid
	}
	return seal(t, p.version, []byte(p.key), append(head, p.pn), frames, p.side)
}

// flowTest runs a parser.
type flowTest struct {
	Parser
	t    testing.TB
	rows []*tls.Event
	n    int64
}

func newFlowTest(t testing.TB) *flowTest {
	f := &flowTest{t: t}
	f.Reset(&event.Flow{}, NewSink(func(e *tls.Event) { f.rows = append(f.rows, e) }))
	return f
}

// send hands over a datagram; its number is its time.
func (f *flowTest) send(dir int, b []byte) {
	f.n++
	before := bytes.Clone(b)
	f.Datagram(dir, b, len(b), event.Stamp{Time: f.n, Packet: f.n})
	if !bytes.Equal(b, before) {
		f.t.Error("the datagram was changed")
	}
}

// shortHeader is a 1-RTT packet.
var shortHeader = append([]byte{0x41}, make([]byte, 40)...)

// want checks the rows: each given by server name, suite and whether it is established.
func (f *flowTest) want(rows ...tls.Event) {
	f.t.Helper()
	if len(f.rows) != len(rows) {
		f.t.Fatalf("%d rows, want %d", len(f.rows), len(rows))
	}
	for i, w := range rows {
		e := f.rows[i]
		if e.SNI != w.SNI || e.Cipher != w.Cipher || e.HasCipher != w.HasCipher || e.Established != w.Established || e.Stamp != w.Stamp || e.Turned != w.Turned {
			f.t.Errorf("row %d: %+v, want %+v", i, e, w)
		}
	}
}

// row is the row that the RFC's hellos give.
func row(stamp int64, answered, established bool) tls.Event {
	e := tls.Event{Established: established}
	e.SNI, e.Stamp = "example.com", event.Stamp{Time: stamp, Packet: stamp}
	if answered {
		e.Cipher, e.HasCipher = 0x1301, true
	}
	return e
}

const (
	odcid  = "\x83\x94\xc8\xf0\x3e\x51\x57\x08"
	srvCID = "server-1"
	cliCID = "cli"
)

func (f *flowTest) hello() packet {
	return packet{version: version1, dcid: odcid, scid: cliCID, frames: crypto(0, rfcClientHello(f.t)), size: 1200}
}

func (f *flowTest) answer() packet {
	return packet{version: version1, dcid: cliCID, scid: srvCID, key: odcid, side: server, frames: crypto(0, rfcServerHello(f.t))}
}

// resealed seals a packet with the keys of its version under the name of another.
func resealed(t testing.TB, p packet, name uint32) []byte {
	all, _ := salts(p.version)
	o, err := openerFor(all[0], p.version, []byte(p.dcid), p.side)
	if err != nil {
		t.Fatal(err)
	}
	p.version = name
	b := p.seal(t)
	h, _ := parseHeader(b)
	head := append(bytes.Clone(b[:h.number]), p.pn)
	head[0] = 0xc0
	frames := append(bytes.Clone(p.frames), make([]byte, len(b)-h.number-1-tagLen-len(p.frames))...)
	nonce := o.iv
	nonce[ivLen-1] ^= p.pn
	out := o.aead.Seal(bytes.Clone(head), nonce[:], frames, head)
	var mask [16]byte
	o.hp.Encrypt(mask[:], out[h.number+4:h.number+20])
	out[0] ^= mask[0] & 0x0f
	out[h.number] ^= mask[1]
	return out
}
