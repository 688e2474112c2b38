package quic

// Types of the frames that Initial packets may hold.
const (
	framePadding = 0x00
	framePing    = 0x01
	frameAck     = 0x02
	frameAckECN  = 0x03
	frameCrypto  = 0x06
)

// eachCrypto calls add for each CRYPTO frame of a packet, in order, with the
// data's place in the stream. It ends at the first frame that has no place in
// an Initial packet before it closes the connection, or is malformed.
func eachCrypto(frames []byte, add func(offset uint64, data []byte)) {
	for len(frames) > 0 {
		t := frames[0]
		frames = frames[1:]
		ok := true
		switch {
		case t == framePadding || t == framePing:
		case t == frameAck || t == frameAckECN:
			frames, ok = skipAck(frames, t == frameAckECN)
		case t == frameCrypto:
			var offset, n uint64
			if offset, frames, ok = varint(frames); !ok {
				return
			}
			if n, frames, ok = varint(frames); !ok || n > uint64(len(frames)) {
				return
			}
			add(offset, frames[:n])
			frames = frames[n:]
		default:
			return
		}
		if !ok {
			return
		}
	}
}

// skipAck skips an ACK frame behind its type.
func skipAck(b []byte, ecn bool) ([]byte, bool) {
	var ranges uint64
	ok := false
	for i := range 4 { // largest acknowledged, delay, range count, first range
		var v uint64
		if v, b, ok = varint(b); !ok {
			return nil, false
		}
		if i == 2 {
			ranges = v
		}
	}
	if ranges > uint64(len(b))/2 {
		return nil, false
	}
	fields := 2 * ranges
	if ecn {
		fields += 3
	}
	for range fields {
		if _, b, ok = varint(b); !ok {
			return nil, false
		}
	}
	return b, true
}
