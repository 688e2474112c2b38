package flow

import (
	"weir/extract/decode"
	"weir/warehouse/schema"
)

// hasStory tells of which flows the columns of TCP have values.
func hasStory(f *Flow) bool { return f.story != nil }

// flagColumns are the flags that have columns, in their order.
var flagColumns = [...]struct {
	name string
	bit  uint16
}{
	{"fin", decode.FIN}, {"syn", decode.SYN}, {"rst", decode.RST}, {"psh", decode.PSH},
	{"ack", decode.ACK}, {"urg", decode.URG}, {"cwr", decode.CWR}, {"ece", decode.ECE},
}

func flagFields() []field {
	var counts []column
	for _, flag := range flagColumns {
		for _, s := range sides {
			counts = append(counts, ofTCP(s.name+"_"+flag.name+"_packets", s.name+" packets with "+upper(flag.name)+" set; null unless TCP."))
		}
	}
	counts = append(counts, ofTCP("syn_only_packets", "Packets with SYN and without ACK; null unless TCP."))
	counted := set(func(f *Flow, to cells) bool {
		if f.story == nil {
			return false
		}
		f.story.flags.put(to)
		return true
	}, counts...)
	var fields []field
	for i, flag := range flagColumns {
		fields = append(fields, counted[2*i], counted[2*i+1], deriveCount(flag.name+"_packets", "packets", "fwd + bwd.",
			"fwd_"+flag.name+"_packets + bwd_"+flag.name+"_packets"))
	}
	return schema.Where(hasStory, append(fields, counted[2*len(flagColumns)],
		schema.NullStr(column{Name: "tcp_flags", Encoding: schema.Dict, Doc: "Distinct flag sets of the packets, letters in the order FSRPAUEC (N for AE), sorted as text, comma-joined, e.g. A,FA,PA,S,SA; null unless TCP."},
			func(dst []byte, f *Flow) ([]byte, bool) {
				if f.story == nil {
					return dst, false
				}
				return f.story.flags.appendText(dst), true
			}),
	)...)
}

func upper(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] -= 'a' - 'A'
	}
	return string(b)
}

// ofTCP describes a count of packets that is null unless the flow is TCP.
func ofTCP(name, doc string) column { return wholeOrNull(name, "packets", doc) }

func tcpFields() []field {
	fields := []field{
		schema.NullStr(column{Name: "conn_state", Encoding: schema.Dict, Doc: "Zeek conn_state code: S0 S1 SF REJ S2 S3 RSTO RSTR RSTOS0 RSTRH SH SHR OTH; null unless TCP."},
			func(dst []byte, f *Flow) ([]byte, bool) {
				if f.story == nil {
					return dst, false
				}
				return append(dst, f.story.connection.name(f.payload() == 0, f.story.attempt())...), true
			}),
		schema.NullStr(column{Name: "history", Encoding: schema.Dict, Doc: "Zeek history letters s h a d f r (upper case from the initiator), first occurrence each plus ^ where the direction was turned; null unless TCP."},
			func(dst []byte, f *Flow) ([]byte, bool) {
				if f.story == nil {
					return dst, false
				}
				return append(dst, f.story.letters[:f.story.nletters]...), true
			}),
		maybe("handshake_rtt_us", "us", "SYN to the ACK that completes the handshake; null unless all three were seen.",
			func(f *Flow) (int64, bool) {
				s := f.story
				if s == nil || s.handshake != complete {
					return 0, false
				}
				return since(s.ackTime, s.synTime) / 1000, true
			}),
		maybe("syn_ack_rtt_us", "us", "SYN to SYN+ACK; null unless both were seen.",
			func(f *Flow) (int64, bool) {
				s := f.story
				if s == nil || s.handshake != answered && s.handshake != complete {
					return 0, false
				}
				return since(s.synAckTime, s.synTime) / 1000, true
			}),
	}
	for _, s := range sides {
		d, p := s.dir, s.name
		fields = append(fields,
			maybe(p+"_init_win_bytes", "bytes", "Raw TCP window of the first "+p+" packet; null unless TCP or if none.",
				func(f *Flow) (int64, bool) { return int64(f.dir[d].window), f.story != nil && f.dir[d].hasWindow }),
			schema.NullInt(column{Name: p + "_win_scale", Type: schema.UInt8, Unit: "shift", Doc: "Window scale option of the " + p + " SYN; null if not seen."},
				func(f *Flow) (int64, bool) {
					if f.story == nil {
						return 0, false
					}
					return int64(f.story.scale[d]), f.story.sent[d].has(sentScale)
				}),
			schema.NullInt(column{Name: p + "_mss", Type: schema.UInt16, Unit: "bytes", Doc: "MSS option of the " + p + " SYN; null if not seen."},
				func(f *Flow) (int64, bool) {
					if f.story == nil {
						return 0, false
					}
					return int64(f.story.mss[d]), f.story.sent[d].has(sentMSS)
				}),
		)
		fields = append(fields, set(
			func(f *Flow, to cells) bool {
				t := f.story
				if t == nil {
					return false
				}
				to[0], to[1], to[2] = t.retransmitted[d], t.outOfOrder[d], t.zeroWindow[d]
				return true
			},
			ofTCP(p+"_retransmitted_packets", p+" packets whose payload, SYN or FIN lies at or below sequence space already seen; keep-alives (1 byte or less below) do not count; null unless TCP."),
			ofTCP(p+"_out_of_order_packets", p+" packets that fill a sequence gap seen earlier; null unless TCP."),
			ofTCP(p+"_zero_window_packets", p+" packets announcing window 0, without SYN, FIN or RST; null unless TCP."),
		)...)
	}
	return schema.Where(hasStory, fields...)
}

func headerFields() []field {
	var fields []field
	for _, s := range sides {
		d, p := s.dir, s.name
		fields = append(fields, set(
			func(f *Flow, to cells) bool {
				x := &f.dir[d]
				to[0], to[1] = x.headerBytes, int64(x.headerMin)
				return x.packets > 0
			},
			whole(p+"_header_bytes", "bytes", "Sum of transport header lengths of "+p+" packets."),
			wholeOrNull(p+"_header_min", "bytes", "Smallest transport header of "+p+" packets; null if none."),
		)...)
		hops := func(name, unit, doc string) column {
			return column{Name: p + name, Type: schema.UInt8, Nullable: true, Unit: unit, Doc: doc + p + " packets; null without IP."}
		}
		fields = append(fields, set(
			func(f *Flow, to cells) bool {
				x := &f.dir[d]
				to[0], to[1], to[2] = int64(x.ttlMin), int64(x.ttlMax), int64(x.dscp)
				return f.isIP() && x.packets > 0
			},
			hops("_ttl_min", "hops", "Smallest TTL or hop limit of "),
			hops("_ttl_max", "hops", "Largest TTL or hop limit of "),
			column{Name: p + "_dscp", Type: schema.UInt8, Nullable: true, Doc: "DSCP of the first " + p + " packet; null without IP."},
		)...)
	}
	return fields
}
