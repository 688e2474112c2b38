package flow

import (
	"slices"

	"weir/extract/decode"
	"weir/warehouse/schema"
)

func identityFields() []field {
	return slices.Concat([]field{
		schema.Str(column{Name: "flow_uid", Encoding: schema.Hash, Doc: "128-bit hash, hex: capture id, endpoints, protocol, tunnel, start, slice number. Unique per row, equal on every re-run; joins flows to dns, http, tls."},
			func(dst []byte, f *Flow) []byte { return f.appendUID(dst) }),
		schema.Str(column{Name: "capture_id", Encoding: schema.Dict, Doc: "Identity of the capture the flow was read from; joins to captures."},
			func(dst []byte, f *Flow) []byte { return append(dst, f.origin.captureID()...) }),
		schema.Str(column{Name: "source", Encoding: schema.Dict, Doc: "Base name of the capture file, or interface@host for live capture."},
			func(dst []byte, f *Flow) []byte { return append(dst, f.origin.Source...) }),
		schema.NullStr(column{Name: "src_ip", Encoding: schema.Dict, Stats: true, Doc: "Address of the initiator; null for ethernet frames."},
			func(dst []byte, f *Flow) ([]byte, bool) { return f.appendIP(dst, f.reverse) }),
		schema.NullStr(column{Name: "dst_ip", Encoding: schema.Dict, Stats: true, Doc: "Address of the responder; null for ethernet frames."},
			func(dst []byte, f *Flow) ([]byte, bool) { return f.appendIP(dst, !f.reverse) }),
	}, set(
		func(f *Flow, to cells) bool {
			to[0], to[1] = int64(f.key.PortA), int64(f.key.PortB)
			if f.reverse {
				to[0], to[1] = to[1], to[0]
			}
			return f.key.Ports
		},
		column{Name: "src_port", Type: schema.UInt16, Nullable: true, Stats: true, Doc: "Port of the initiator; null where the protocol has none."},
		column{Name: "dst_port", Type: schema.UInt16, Nullable: true, Stats: true, Doc: "Port of the responder; null where the protocol has none."},
	), []field{
		schema.PartitionBy[*Flow](column{Name: "protocol", Type: schema.Text, Doc: "Partition column. IANA keyword in lower case, arp, or ethernet."}),
	}, set(
		func(f *Flow, to cells) bool {
			to[0], to[1] = int64(f.key.Protocol), 4
			if f.key.Family == decode.IPv6 {
				to[1] = 6
			}
			return f.isIP()
		},
		column{Name: "protocol_number", Type: schema.UInt8, Nullable: true, Doc: "IANA protocol number after IPv6 extension headers; null for arp and ethernet."},
		column{Name: "ip_version", Type: schema.UInt8, Nullable: true, Doc: "4 or 6; null without IP."},
	), []field{
		schema.NullStr(column{Name: "service", Encoding: schema.Dict, Stats: true, Doc: "Application protocol seen in the payload (dns, http, tls, quic, ssh, smtp, ...), else null; never guessed from the port alone, except dns on 53/5353/5355 when it parses."},
			func(dst []byte, f *Flow) ([]byte, bool) { return f.appendService(dst) }),
		schema.NullInt(column{Name: "vlan_id", Type: schema.UInt16, Doc: "Outermost 802.1Q id of the first packet; null if untagged."},
			func(f *Flow) (int64, bool) { return int64(f.vlan), f.hasVLAN }),
		schema.NullStr(column{Name: "src_mac", Encoding: schema.Dict, Doc: "Link address of the initiator in the first packet; null where the link type has none."},
			func(dst []byte, f *Flow) ([]byte, bool) { return appendMAC(dst, f.dir[fwd].mac, f.dir[fwd].hasMAC) }),
		schema.NullStr(column{Name: "dst_mac", Encoding: schema.Dict, Doc: "Link address of the responder in the first packet."},
			func(dst []byte, f *Flow) ([]byte, bool) { return appendMAC(dst, f.dir[bwd].mac, f.dir[bwd].hasMAC) }),
		schema.NullInt(column{Name: "ether_type", Type: schema.UInt16, Doc: "EtherType of ethernet frames; null elsewhere."},
			func(f *Flow) (int64, bool) {
				return int64(f.key.EtherType), f.key.Family == decode.Ethernet && f.hasEtherType
			}),
		schema.NullStr(column{Name: "tunnel", Encoding: schema.Dict, Doc: "Outer-to-inner tunnel names joined by /, e.g. vxlan or gre/ipip; null if none."},
			func(dst []byte, f *Flow) ([]byte, bool) { return f.key.Path.AppendText(dst), f.key.Path != 0 }),
		schema.NullInt(column{Name: "tunnel_id", Type: schema.UInt64, Doc: "Innermost GRE key, VNI or TEID; null if none."},
			func(f *Flow) (int64, bool) { return int64(f.tunnelID), f.hasTunnelID }),
	}, set(
		func(f *Flow, to cells) bool {
			to[0], to[1] = int64(f.icmpType), int64(f.icmpCode)
			return f.hasICMP
		},
		column{Name: "icmp_type", Type: schema.UInt8, Nullable: true, Doc: "Type of the first ICMP or ICMPv6 packet; null elsewhere."},
		column{Name: "icmp_code", Type: schema.UInt8, Nullable: true, Doc: "Code of the first ICMP or ICMPv6 packet; null elsewhere."},
	), []field{
		schema.NullStr(column{Name: "community_id", Encoding: schema.Plain, Doc: "Community ID v1, seed 0; null where the spec defines none."},
			func(dst []byte, f *Flow) ([]byte, bool) { return f.appendCommunityID(dst) }),
		schema.Int(column{Name: "slice", Type: schema.UInt32, Unit: "", Doc: "0, 1, 2, ... of one conversation cut by the active timeout."},
			func(f *Flow) int64 { return int64(f.slice) }),
		schema.Str(column{Name: "end_reason", Encoding: schema.Dict, Late: true, Doc: "idle, active, fin, rst, new_syn, eof, stop or evicted."},
			func(dst []byte, f *Flow) []byte { return append(dst, f.end.String()...) }),
		schema.NullStr(column{Name: "label", Encoding: schema.Dict, Doc: "Null unless labelled."},
			func(dst []byte, f *Flow) ([]byte, bool) { return append(dst, f.origin.Label...), f.origin.Label != "" }),
		schema.Derive[*Flow](column{Name: "flow_id", Type: schema.Text, Doc: "src_ip-dst_ip-src_port-dst_port-protocol_number.",
			SQL: "concat(src_ip, '-', dst_ip, '-', src_port, '-', dst_port, '-', protocol_number)"}),
		schema.Derive[*Flow](column{Name: "is_bidirectional", Type: schema.Bool, Doc: "fwd_packets > 0 and bwd_packets > 0.",
			SQL: "fwd_packets > 0 AND bwd_packets > 0"}),
	})
}

func timeFields() []field {
	return slices.Concat([]field{
		schema.PartitionBy[*Flow](column{Name: "date", Type: schema.Date, Doc: "Partition column. UTC date of start_time."}),
	}, set(
		func(f *Flow, to cells) bool {
			to[0], to[1], to[2] = schema.Micros(f.start), schema.Micros(f.last), since(f.last, f.start)/1000
			return true
		},
		column{Name: "start_time", Type: schema.Timestamp, Unit: "UTC, us", Encoding: schema.Delta, Stats: true, Doc: "Earliest packet."},
		column{Name: "end_time", Type: schema.Timestamp, Unit: "UTC, us", Encoding: schema.Delta, Stats: true, Doc: "Latest packet."},
		whole("duration_us", "us", "end - start, never negative."),
	), []field{
		derive("duration_seconds", "s", "duration_us / 1e6.", "duration_us / 1e6"),
	})
}

func (f *Flow) isIP() bool { return f.key.Family >= decode.IPv4 }

// appendIP appends the address of key.B, or of key.A.
func (f *Flow) appendIP(dst []byte, b bool) ([]byte, bool) {
	if f.key.Family == decode.Ethernet {
		return dst, false
	}
	addr := f.key.A
	if b {
		addr = f.key.B
	}
	return decode.AppendAddr(dst, f.key.Family, addr), true
}

func appendMAC(dst []byte, mac [6]byte, ok bool) ([]byte, bool) {
	if !ok {
		return dst, false
	}
	return decode.AppendMAC(dst, mac), true
}
