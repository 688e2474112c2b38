package quic

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// What AEAD_AES_128_GCM and its header protection take, in bytes.
const (
	keyLen    = 16
	ivLen     = 12
	tagLen    = 16
	sampleLen = 16
	sampleAt  = 4 // the sample begins this far behind the packet number's beginning
)

// Sides of a connection: indices of what it has per side.
const (
	client = iota
	server
)

// secret is the material of the keys of one side.
type secret struct{ key, iv, hp []byte }

// derive derives the Initial key material of a side from the connection id
// that the client chose first, or that a Retry gave it (RFC 9001, section 5.2).
func derive(s salt, l labels, dcid []byte, side int) (k secret, err error) {
	common, err := hkdf.Extract(sha256.New, dcid, s[:])
	if err != nil {
		return k, fmt.Errorf("extract initial secret: %w", err)
	}
	of, err := expand(common, [...]string{"client in", "server in"}[side], sha256.Size)
	if err != nil {
		return k, err
	}
	if k.key, err = expand(of, l.key, keyLen); err != nil {
		return k, err
	}
	if k.iv, err = expand(of, l.iv, ivLen); err != nil {
		return k, err
	}
	k.hp, err = expand(of, l.hp, keyLen)
	return k, err
}

// expand is HKDF-Expand-Label of TLS 1.3 with an empty context.
func expand(secret []byte, label string, n int) ([]byte, error) {
	info := append([]byte{byte(n >> 8), byte(n), byte(6 + len(label))}, "tls13 "...)
	info = append(append(info, label...), 0)
	out, err := hkdf.Expand(sha256.New, secret, string(info), n)
	if err != nil {
		return nil, fmt.Errorf("expand label %q: %w", label, err)
	}
	return out, nil
}

// opener removes the protection of the Initial packets of one side.
type opener struct {
	aead cipher.AEAD
	hp   cipher.Block
	iv   [ivLen]byte
	// next is one above the largest packet number opened.
	next uint64
}

// newOpener returns the opener for a side's key material.
func newOpener(k secret) (*opener, error) {
	block, err := aes.NewCipher(k.key)
	if err != nil {
		return nil, fmt.Errorf("make packet cipher: %w", err)
	}
	o := &opener{iv: [ivLen]byte(k.iv)}
	if o.aead, err = cipher.NewGCM(block); err != nil {
		return nil, fmt.Errorf("make packet cipher: %w", err)
	}
	if o.hp, err = aes.NewCipher(k.hp); err != nil {
		return nil, fmt.Errorf("make header cipher: %w", err)
	}
	return o, nil
}

// openerFor returns the opener of a side's packets of a version.
func openerFor(s salt, version uint32, dcid []byte, side int) (*opener, error) {
	k, err := derive(s, labelsOf(version), dcid, side)
	if err != nil {
		return nil, err
	}
	return newOpener(k)
}

// open returns the frames of a whole packet whose packet number begins at
// number, or false if the packet is not authentic under these keys. The
// packet is left as it is; the frames are in the scratch memory.
func (o *opener) open(packet []byte, number int, mem *scratch) ([]byte, bool) {
	if len(packet) < number+sampleAt+sampleLen {
		return nil, false
	}
	o.hp.Encrypt(mem.mask[:], packet[number+sampleAt:number+sampleAt+sampleLen])
	first := packet[0] ^ mem.mask[0]&0x0f
	n := int(first&3) + 1
	body := number + n
	mem.head = append(mem.head[:0], packet[:body]...)
	mem.head[0] = first
	truncated := uint64(0)
	for i := range n {
		mem.head[number+i] ^= mem.mask[1+i]
		truncated = truncated<<8 | uint64(mem.head[number+i])
	}
	pn := packetNumber(o.next, truncated, 8*n)
	mem.nonce = o.iv
	low := mem.nonce[ivLen-8:]
	binary.BigEndian.PutUint64(low, binary.BigEndian.Uint64(low)^pn)
	frames, err := o.aead.Open(mem.frames[:0], mem.nonce[:], packet[body:], mem.head)
	if err != nil {
		return nil, false
	}
	mem.frames, o.next = frames, max(o.next, pn+1)
	return frames, true
}

// packetNumber restores a packet number of which the lowest bits were sent
// (RFC 9000, appendix A.3).
func packetNumber(expected, truncated uint64, bits int) uint64 {
	window := uint64(1) << bits
	pn := expected&^(window-1) | truncated
	switch {
	case pn+window/2 <= expected && pn < 1<<62-window:
		return pn + window
	case pn > expected+window/2 && pn >= window:
		return pn - window
	}
	return pn
}

// scratch is memory for one packet at a time, shared by all flows of a
// goroutine.
type scratch struct {
	mask   [16]byte
	nonce  [ivLen]byte
	head   []byte
	frames []byte
}

// authentic tells whether the integrity tag of a whole Retry packet fits the
// connection id of the Initial packet it answers (RFC 9001, section 5.8).
func authentic(packet []byte, version uint32, dcid []byte) bool {
	key, nonce, ok := retrySecret(version)
	if !ok || len(packet) < tagLen {
		return false
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return false
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return false
	}
	body, tag := packet[:len(packet)-tagLen], packet[len(packet)-tagLen:]
	pseudo := append(append([]byte{byte(len(dcid))}, dcid...), body...)
	_, err = aead.Open(nil, nonce[:], tag, pseudo)
	return err == nil
}
