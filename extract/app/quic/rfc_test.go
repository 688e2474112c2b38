package quic

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"testing"
)

// unhex reads test vectors.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The messages of RFC 9001, appendix A.2 and A.3, in their frames, and the
// connection id that all vectors go out from.
const (
	rfcClientFrames = "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e868" +
		"04fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578" +
		"616d706c652e636f6dff01000100000a00080006001d00170018001000070005" +
		"04616c706e000500050100000000003300260024001d00209370b2c9caa47fba" +
		"baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b000302030400" +
		"0d0010000e0403050306030203080408050806002d00020101001c0002400100" +
		"3900320408ffffffffffffffff05048000ffff07048000ffff08011001048000" +
		"75300901100f088394c8f03e51570806048000ffff"
	rfcServerFrames = "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf739" +
		"88cfc79825df566dc5430b9a045a1200130100002e00330024001d00209d3c94" +
		"0d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00" +
		"020304"
	rfcDCID = "8394c8f03e515708"
)

// seal protects a packet: head is its unprotected header with a packet number
// of the length that the first byte says.
func seal(t testing.TB, version uint32, dcid, head, frames []byte, who int) []byte {
	t.Helper()
	all, _ := salts(version)
	o, err := openerFor(all[0], version, dcid, who)
	if err != nil {
		t.Fatal(err)
	}
	n := int(head[0]&3) + 1
	at := len(head) - n
	pn := uint64(0)
	for _, x := range head[at:] {
		pn = pn<<8 | uint64(x)
	}
	nonce := o.iv
	binary.BigEndian.PutUint64(nonce[4:], binary.BigEndian.Uint64(nonce[4:])^pn)
	packet := o.aead.Seal(bytes.Clone(head), nonce[:], frames, head)
	var mask [16]byte
	o.hp.Encrypt(mask[:], packet[at+4:at+20])
	packet[0] ^= mask[0] & 0x0f
	for i := range n {
		packet[at+i] ^= mask[1+i]
	}
	return packet
}

func TestKeysOfRFC(t *testing.T) {
	for _, v := range []struct {
		version     uint32
		who         int
		key, iv, hp string
	}{
		{version1, client, "1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2"},
		{version1, server, "cf3a5331653c364c88f0f379b6067e37", "0ac1493ca1905853b0bba03e", "c206b8d9b9f0f37644430b490eeaa314"},
		{version2, client, "8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f", "45b95e15235d6f45a6b19cbcb0294ba9"},
		{version2, server, "82db637861d55e1d011f19ea71d5d2a7", "dd13c276499c0249d3310652", "edf6d05c83121201b436e16877593c3a"},
		// The appendices of draft-ietf-quic-tls-27 and -29, and drafts that derive alike.
		{0xff000017, client, "af7fd7efebd21878ff66811248983694", "8681359410a70bb9c92f0420", "a980b8b4fb7d9fbc13e814c23164253d"},
		{0xff00001c, client, "af7fd7efebd21878ff66811248983694", "8681359410a70bb9c92f0420", "a980b8b4fb7d9fbc13e814c23164253d"},
		{facebook27, client, "af7fd7efebd21878ff66811248983694", "8681359410a70bb9c92f0420", "a980b8b4fb7d9fbc13e814c23164253d"},
		{0xff000020, client, "175257a31eb09dea9366d8bb79ad80ba", "6b26114b9cba2b63a9e8dd4f", "9ddd12c994c0698b89374a9c077a3077"},
		{0xff000021, client, "1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2"},
		{0xff00001b, client, "af7fd7efebd21878ff66811248983694", "8681359410a70bb9c92f0420", "a980b8b4fb7d9fbc13e814c23164253d"},
		{0xff00001d, client, "175257a31eb09dea9366d8bb79ad80ba", "6b26114b9cba2b63a9e8dd4f", "9ddd12c994c0698b89374a9c077a3077"},
	} {
		s, _ := salts(v.version)
		k, err := derive(s[0], labelsOf(v.version), unhex(t, rfcDCID), v.who)
		if err != nil {
			t.Fatal(err)
		}
		if hex.EncodeToString(k.key) != v.key || hex.EncodeToString(k.iv) != v.iv || hex.EncodeToString(k.hp) != v.hp {
			t.Errorf("version %08x side %d: key %x iv %x hp %x", v.version, v.who, k.key, k.iv, k.hp)
		}
	}
}

// clientVector returns the RFC's client Initial. The vector is given as its
// plain parts and checked by its first 64 bytes and its tag, which
// authenticates all the rest.
func clientVector(t testing.TB, version uint32) []byte {
	t.Helper()
	head, first, tag := "c300000001088394c8f03e5157080000449e00000002",
		"c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c0bab7df5976d27cd449f63300099f399",
		"e221af44860018ab0856972e194cd934"
	if version == version2 {
		head, first, tag = "d36b3343cf088394c8f03e5157080000449e00000002",
			"d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485dd04de806071bf03dceebfa162e75d6c96058bdbfb127cdfcbf903388e99ad04",
			"a18b2faa745b6fe189cf772a9f84cbfc"
	}
	frames := append(unhex(t, rfcClientFrames), make([]byte, 1162-len(rfcClientFrames)/2)...)
	p := seal(t, version, unhex(t, rfcDCID), unhex(t, head), frames, client)
	if len(p) != 1200 || !bytes.HasPrefix(p, unhex(t, first)) || !bytes.HasSuffix(p, unhex(t, tag)) {
		t.Fatalf("version %08x: client Initial is %x", version, p)
	}
	return p
}

// serverVector returns the RFC's server Initial, whole.
func serverVector(t testing.TB, version uint32) []byte {
	if version == version2 {
		return unhex(t, "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698"+
			"baeea26b91eb761d9b89237bbf87263017915358230035f7fd3945d88965cf17"+
			"f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2"+
			"c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca8"+
			"4bed8521e2e140")
	}
	return unhex(t, "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a"+
		"5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3"+
		"dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84"+
		"022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc4"+
		"2158407dd074ee")
}

func TestInitialsOfRFC(t *testing.T) {
	for _, version := range []uint32{version1, version2} {
		for who, want := range []string{rfcClientFrames, rfcServerFrames} {
			p := clientVector(t, version)
			if who == server {
				p = serverVector(t, version)
			}
			h, ok := parseHeader(p)
			if !ok || h.kind != initial || h.version != version || h.end != len(p) {
				t.Fatalf("header %+v, %v", h, ok)
			}
			s, _ := salts(version)
			o, err := openerFor(s[0], version, unhex(t, rfcDCID), who)
			if err != nil {
				t.Fatal(err)
			}
			before := bytes.Clone(p)
			frames, ok := o.open(p, h.number, &scratch{})
			if !ok || !bytes.HasPrefix(frames, unhex(t, want)) {
				t.Errorf("version %08x side %d: %x, %v", version, who, frames, ok)
			}
			if !bytes.Equal(p, before) {
				t.Error("open changed the packet")
			}
			p[len(p)-1] ^= 1
			if _, ok := o.open(p, h.number, &scratch{}); ok {
				t.Error("a packet with a wrong tag opened")
			}
		}
	}
}

func TestRetriesOfRFC(t *testing.T) {
	for version, s := range map[uint32]string{
		version1: "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba",
		version2: "cf6b3343cf0008f067a5502a4262b5746f6b656ec8646ce8bfe33952d955543665dcc7b6",
	} {
		p := unhex(t, s)
		h, ok := parseHeader(p)
		if !ok || h.kind != retry || string(h.token) != "token" || hex.EncodeToString(h.scid) != "f067a5502a4262b5" {
			t.Fatalf("header %+v, %v", h, ok)
		}
		if !authentic(p, version, unhex(t, rfcDCID)) {
			t.Errorf("version %08x: the tag does not fit", version)
		}
		if authentic(p, version, unhex(t, "8394c8f03e515709")) {
			t.Errorf("version %08x: the tag fits another connection id", version)
		}
	}
}

func TestPacketNumbers(t *testing.T) {
	// The example of RFC 9000, appendix A.3: largest 0xa82f30ea, 16 bits 0x9b32.
	if pn := packetNumber(0xa82f30ea+1, 0x9b32, 16); pn != 0xa82f9b32 {
		t.Errorf("got %#x", pn)
	}
	if pn := packetNumber(0x1ff, 0x01, 8); pn != 0x201 {
		t.Errorf("got %#x across the window", pn)
	}
	if pn := packetNumber(0x201, 0xfe, 8); pn != 0x1fe {
		t.Errorf("got %#x back across the window", pn)
	}
	if pn := packetNumber(0, 0xff, 8); pn != 0xff {
		t.Errorf("got %#x for a first packet", pn)
	}
}
