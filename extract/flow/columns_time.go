package flow

import "weir/warehouse/schema"

func iatFields() []field {
	var fields []field
	for _, of := range []struct {
		name, doc, packets string
		spans              func(*Flow) (*spans, int64)
	}{
		{"flow", "all packets", "total_packets", func(f *Flow) (*spans, int64) { return &f.iat, f.packets() - 1 }},
		{"fwd", "fwd packets", "fwd_packets", func(f *Flow) (*spans, int64) { return &f.dir[fwd].iat, f.dir[fwd].packets - 1 }},
		{"bwd", "bwd packets", "bwd_packets", func(f *Flow) (*spans, int64) { return &f.dir[bwd].iat, f.dir[bwd].packets - 1 }},
	} {
		p := of.name + "_iat"
		gap := " gap between consecutive " + of.doc + "; null with fewer than 2."
		fields = append(fields, spanFields(p, of.spans,
			"Sum of gaps between consecutive "+of.doc+"; null with fewer than 2.", "min"+gap, "max"+gap,
			"Sample standard deviation of the gaps; 0 for one gap, null with fewer than 2 packets.")...)
		fields = append(fields, derive(p+"_mean_us", "us", p+"_total_us / (packets - 1).",
			p+"_total_us / nullif("+of.packets+" - 1, 0)"))
	}
	return fields
}

// spanFields declares total, min, max and standard deviation of a set of
// spans, of which of returns the number too, null where there are none.
func spanFields(prefix string, of func(*Flow) (*spans, int64), total, least, most, std string) []field {
	return set(
		func(f *Flow, to cells) bool {
			s, n := of(f)
			if n <= 0 {
				return false
			}
			s.put(n, to)
			return true
		},
		wholeOrNull(prefix+"_total_us", "us", total),
		wholeOrNull(prefix+"_min_us", "us", least),
		wholeOrNull(prefix+"_max_us", "us", most),
		doubleOrNull(prefix+"_std_us", "us", std),
	)
}

// put sets cells to total, min, max and standard deviation of n spans, at least one.
func (s *spans) put(n int64, to cells) {
	to[0], to[1], to[2], to[3] = s.total/1000, s.min/1000, s.max/1000, schema.Bits(s.deviationUS(n))
}

func subflowFields() []field {
	fields := []field{
		count("subflow_count", "subflows", "1 + gaps longer than the subflow timeout.", func(f *Flow) int64 { return 1 + f.gaps }),
	}
	for _, s := range sides {
		fields = append(fields,
			derive("subflow_"+s.name+"_packets", "packets", s.name+"_packets / subflow_count.", s.name+"_packets / subflow_count"),
			derive("subflow_"+s.name+"_bytes", "bytes", s.name+"_payload_bytes / subflow_count.", s.name+"_payload_bytes / subflow_count"),
		)
	}
	return fields
}

func activityFields() []field {
	var fields []field
	for _, of := range []struct {
		name    string
		periods func(*Flow) *periods
	}{
		{"active", func(f *Flow) *periods { return &f.busy }},
		{"idle", func(f *Flow) *periods { return &f.calm }},
	} {
		n, periods := of.name, of.periods
		fields = append(fields, set(
			func(f *Flow, to cells) bool {
				p := periods(f)
				if to[0] = p.count; p.count == 0 {
					to[1] = 0
					return false
				}
				p.put(p.count, to[1:])
				return true
			},
			whole(n+"_count", "periods", n+" periods (metering rule 7)."),
			whole(n+"_total_us", "us", "Sum of the "+n+" periods."),
			wholeOrNull(n+"_min_us", "us", "min "+n+" period; null if none."),
			wholeOrNull(n+"_max_us", "us", "max "+n+" period; null if none."),
			doubleOrNull(n+"_std_us", "us", "Sample standard deviation of the "+n+" periods; 0 for one, null if none."),
		)...)
		fields = append(fields, derive(n+"_mean_us", "us", n+"_total_us / "+n+"_count; null if none.",
			n+"_total_us / nullif("+n+"_count, 0)"))
	}
	return fields
}

func bulkFields() []field {
	var fields []field
	for _, s := range sides {
		d, p := s.dir, s.name
		fields = append(fields, set(
			func(f *Flow, to cells) bool {
				b := &f.dir[d].bulks
				to[0], to[1], to[2], to[3] = b.count, b.packets, b.bytes, b.duration/1000
				return true
			},
			whole(p+"_bulk_count", "bulks", "Bulks of "+p+" packets (metering rule 7)."),
			whole(p+"_bulk_packets", "packets", "Packets in "+p+" bulks."),
			whole(p+"_bulk_bytes", "bytes", "Payload bytes in "+p+" bulks."),
			whole(p+"_bulk_duration_us", "us", "Sum of the durations of "+p+" bulks."),
		)...)
		fields = append(fields,
			derive(p+"_bytes_per_bulk", "bytes", "bulk_bytes / bulk_count; 0 if none.", "coalesce("+p+"_bulk_bytes / nullif("+p+"_bulk_count, 0), 0)"),
			derive(p+"_packets_per_bulk", "packets", "bulk_packets / bulk_count; 0 if none.", "coalesce("+p+"_bulk_packets / nullif("+p+"_bulk_count, 0), 0)"),
			derive(p+"_bulk_rate", "bytes/s", "bulk_bytes / bulk_duration; 0 if none or duration 0.", "coalesce("+p+"_bulk_bytes / (nullif("+p+"_bulk_duration_us, 0) / 1e6), 0)"),
		)
	}
	return fields
}
