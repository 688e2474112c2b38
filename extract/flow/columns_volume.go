package flow

import "weir/warehouse/schema"

func volumeFields() []field {
	var fields []field
	for _, s := range sides {
		d := s.dir
		fields = append(fields, set(
			func(f *Flow, to cells) bool {
				x := &f.dir[d]
				to[0], to[1], to[2], to[3], to[4] = x.packets, x.bytes, x.ipBytes, x.payloadBytes, x.dataPackets
				return true
			},
			whole(s.name+"_packets", "packets", "Packets from "+s.from+"."),
			whole(s.name+"_bytes", "bytes", "Sum of frame lengths on the wire from "+s.from+"."),
			whole(s.name+"_ip_bytes", "bytes", "Sum of IP lengths from "+s.from+"."),
			whole(s.name+"_payload_bytes", "bytes", "Sum of payload lengths from "+s.from+"."),
			whole(s.name+"_data_packets", "packets", "Packets from "+s.from+" with at least 1 payload byte."),
		)...)
	}
	return append(fields,
		count("fragments", "packets", "IP fragments in the flow.", func(f *Flow) int64 { return f.frags }),
		deriveCount("total_packets", "packets", "fwd + bwd.", "fwd_packets + bwd_packets"),
		deriveCount("total_bytes", "bytes", "fwd + bwd.", "fwd_bytes + bwd_bytes"),
		deriveCount("total_payload_bytes", "bytes", "fwd + bwd.", "fwd_payload_bytes + bwd_payload_bytes"),
		rate("packets_per_second", "1/s", "total_packets"),
		rate("bytes_per_second", "bytes/s", "total_bytes"),
		rate("payload_bytes_per_second", "bytes/s", "total_payload_bytes"),
		rate("fwd_packets_per_second", "1/s", "fwd_packets"),
		rate("bwd_packets_per_second", "1/s", "bwd_packets"),
		derive("fwd_bwd_packet_ratio", "ratio", "fwd_packets / bwd_packets; null where bwd_packets is 0.", "fwd_packets / nullif(bwd_packets, 0)"),
		derive("down_up_ratio", "ratio", "bwd_packets / fwd_packets; null where fwd_packets is 0.", "bwd_packets / nullif(fwd_packets, 0)"),
	)
}

// rate declares a count per second of duration.
func rate(name, unit, of string) field {
	return derive(name, unit, of+" / duration; null where duration is 0.", of+" / (nullif(duration_us, 0) / 1e6)")
}

func lengthFields() []field {
	var fields []field
	for _, kind := range []struct {
		name, doc string
		of        func(*direction) *lengths
		sum       func(*direction) int64
		total     string
	}{
		{"payload_len", "payload length", func(d *direction) *lengths { return &d.payload }, func(d *direction) int64 { return d.payloadBytes }, "payload_bytes"},
		{"frame_len", "frame length", func(d *direction) *lengths { return &d.frame }, func(d *direction) int64 { return d.bytes }, "bytes"},
	} {
		of, sum := kind.of, kind.sum
		for _, s := range sides {
			d, p := s.dir, s.name+"_"+kind.name
			fields = append(fields, set(
				func(f *Flow, to cells) bool {
					x := &f.dir[d]
					if x.packets == 0 {
						return false
					}
					l := of(x)
					to[0], to[1], to[2] = int64(l.min), int64(l.max), schema.Bits(deviation(uint64(x.packets), uint64(sum(x)), l.squares))
					return true
				},
				wholeOrNull(p+"_min", "bytes", "min "+kind.doc+" of "+s.name+" packets; null if none."),
				wholeOrNull(p+"_max", "bytes", "max "+kind.doc+" of "+s.name+" packets; null if none."),
				doubleOrNull(p+"_std", "bytes", "Sample standard deviation of "+kind.doc+" of "+s.name+" packets; 0 for one packet, null if none."),
			)...)
			fields = append(fields, derive(p+"_mean", "bytes", "Mean "+kind.doc+" of "+s.name+" packets; null if none.",
				s.name+"_"+kind.total+" / nullif("+s.name+"_packets, 0)"))
		}
		k := kind.name
		fields = append(fields,
			deriveCount(k+"_min", "bytes", "min "+kind.doc+" of all packets.", "least(fwd_"+k+"_min, bwd_"+k+"_min)"),
			deriveCount(k+"_max", "bytes", "max "+kind.doc+" of all packets.", "greatest(fwd_"+k+"_max, bwd_"+k+"_max)"),
			derive(k+"_mean", "bytes", "mean "+kind.doc+" of all packets.", "total_"+kind.total+" / total_packets"),
			measure(k+"_std", "bytes", "Sample standard deviation of "+kind.doc+" of all packets.",
				func(f *Flow) (float64, bool) {
					a, b := &f.dir[fwd], &f.dir[bwd]
					return deviation(uint64(f.packets()), uint64(sum(a)+sum(b)), of(a).squares.plus(of(b).squares)), true
				}),
			derive(k+"_var", "bytes^2", "Square of "+k+"_std.", k+"_std * "+k+"_std"),
		)
	}
	return fields
}
