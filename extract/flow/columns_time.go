package flow

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
	return []field{
		maybe(prefix+"_total_us", "us", total, func(f *Flow) (int64, bool) { s, n := of(f); return s.total / 1000, n > 0 }),
		maybe(prefix+"_min_us", "us", least, func(f *Flow) (int64, bool) { s, n := of(f); return s.min / 1000, n > 0 }),
		maybe(prefix+"_max_us", "us", most, func(f *Flow) (int64, bool) { s, n := of(f); return s.max / 1000, n > 0 }),
		measure(prefix+"_std_us", "us", std, func(f *Flow) (float64, bool) {
			if s, n := of(f); n > 0 {
				return s.deviationUS(n), true
			}
			return 0, false
		}),
	}
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
		set := spanFields(n, func(f *Flow) (*spans, int64) { p := periods(f); return &p.spans, p.count }, "Sum of the "+n+" periods.",
			"min "+n+" period; null if none.", "max "+n+" period; null if none.",
			"Sample standard deviation of the "+n+" periods; 0 for one, null if none.")
		set[0] = count(n+"_total_us", "us", "Sum of the "+n+" periods.", func(f *Flow) int64 { return periods(f).total / 1000 })
		fields = append(fields, count(n+"_count", "periods", n+" periods (metering rule 7).", func(f *Flow) int64 { return periods(f).count }))
		fields = append(fields, set...)
		fields = append(fields, derive(n+"_mean_us", "us", n+"_total_us / "+n+"_count; null if none.",
			n+"_total_us / nullif("+n+"_count, 0)"))
	}
	return fields
}

func bulkFields() []field {
	var fields []field
	for _, s := range sides {
		d, p := s.dir, s.name
		fields = append(fields,
			count(p+"_bulk_count", "bulks", "Bulks of "+p+" packets (metering rule 7).", func(f *Flow) int64 { return f.dir[d].bulks.count }),
			count(p+"_bulk_packets", "packets", "Packets in "+p+" bulks.", func(f *Flow) int64 { return f.dir[d].bulks.packets }),
			count(p+"_bulk_bytes", "bytes", "Payload bytes in "+p+" bulks.", func(f *Flow) int64 { return f.dir[d].bulks.bytes }),
			count(p+"_bulk_duration_us", "us", "Sum of the durations of "+p+" bulks.", func(f *Flow) int64 { return f.dir[d].bulks.duration / 1000 }),
			derive(p+"_bytes_per_bulk", "bytes", "bulk_bytes / bulk_count; 0 if none.", "coalesce("+p+"_bulk_bytes / nullif("+p+"_bulk_count, 0), 0)"),
			derive(p+"_packets_per_bulk", "packets", "bulk_packets / bulk_count; 0 if none.", "coalesce("+p+"_bulk_packets / nullif("+p+"_bulk_count, 0), 0)"),
			derive(p+"_bulk_rate", "bytes/s", "bulk_bytes / bulk_duration; 0 if none or duration 0.", "coalesce("+p+"_bulk_bytes / (nullif("+p+"_bulk_duration_us, 0) / 1e6), 0)"),
		)
	}
	return fields
}
