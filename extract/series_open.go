package extract

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"

	"weir/extract/flow"
)

func (o *OpenFlows) sort() {
	slices.SortFunc(o.Flows, func(a, b flow.Opened) int { return cmp.Compare(a.Packet, b.Packet) })
}

// MarshalText writes the flows in a few bytes each: by how much the number of
// the first packet is higher than that of the flow before, doubled, and one more if a slice
// number, doubled, and one more if reversed, follows it; as varints, in base 64.
func (o OpenFlows) MarshalText() ([]byte, error) {
	b := binary.AppendUvarint(nil, uint64(o.Packets))
	before := int64(0)
	for _, f := range o.Flows {
		step := uint64(f.Packet-before) << 1
		before = f.Packet
		if f.Slice == 0 {
			b = binary.AppendUvarint(b, step)
			continue
		}
		slice := uint64(f.Slice) << 1
		if f.Reverse {
			slice |= 1
		}
		b = binary.AppendUvarint(binary.AppendUvarint(b, step|1), slice)
	}
	return base64.StdEncoding.AppendEncode(nil, b), nil
}

// UnmarshalText reads what MarshalText has written.
func (o *OpenFlows) UnmarshalText(text []byte) error {
	b, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return err
	}
	cut := false
	next := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			cut, b = true, nil
			return 0
		}
		b = b[n:]
		return v
	}
	*o = OpenFlows{Packets: int64(next())}
	packet := int64(0)
	for len(b) > 0 {
		step := next()
		packet += int64(step >> 1)
		f := flow.Opened{Packet: packet}
		if step&1 != 0 {
			slice := next()
			f.Slice, f.Reverse = uint32(slice>>1), slice&1 != 0
		}
		o.Flows = append(o.Flows, f)
	}
	if cut {
		return errors.New("the list of open flows is cut off")
	}
	return nil
}
