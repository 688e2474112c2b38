package dns

import (
	"weir/extract/app/event"
	"weir/warehouse/schema"
)

// Catalogue returns the table dns.
func Catalogue() *schema.Catalogue[*Event] {
	return schema.NewCatalogue("dns", append(append(event.Fields[*Event](), questionFields()...), responseFields()...))
}

func questionFields() []schema.Field[*Event] {
	type column = schema.Column
	asked := func(name, doc string, text func([]byte, *Event) []byte) schema.Field[*Event] {
		return schema.NullStr(column{Name: name, Encoding: schema.Dict, Stats: true, Doc: doc}, func(dst []byte, e *Event) ([]byte, bool) {
			if len(e.name) == 0 {
				return dst, false
			}
			return text(dst, e), true
		})
	}
	return []schema.Field[*Event]{
		schema.Str(column{Name: "transport", Encoding: schema.Dict, Doc: "udp or tcp."}, func(dst []byte, e *Event) []byte {
			if e.stream {
				return append(dst, "tcp"...)
			}
			return append(dst, "udp"...)
		}),
		schema.Int(column{Name: "id", Type: schema.UInt16, Doc: "Transaction id."}, func(e *Event) int64 { return int64(e.id) }),
		schema.Str(column{Name: "opcode", Encoding: schema.Dict, Doc: "Mnemonic."}, func(dst []byte, e *Event) []byte { return AppendOpcode(dst, e.opcode) }),
		asked("query", "Query name, lower case; null without a question.", func(dst []byte, e *Event) []byte { return append(dst, e.name...) }),
		asked("qtype", "Mnemonic; null without a question.", func(dst []byte, e *Event) []byte { return AppendType(dst, e.qtype) }),
		asked("qclass", "Mnemonic; null without a question.", func(dst []byte, e *Event) []byte { return AppendClass(dst, e.qclass) }),
	}
}

func responseFields() []schema.Field[*Event] {
	type column = schema.Column
	flag := func(name, doc string, bit uint16) schema.Field[*Event] {
		return schema.NullBool(column{Name: name, Doc: doc}, func(e *Event) (bool, bool) { return e.flags&bit != 0, e.response })
	}
	return []schema.Field[*Event]{
		schema.NullStr(column{Name: "rcode", Encoding: schema.Dict, Stats: true, Doc: "Mnemonic; null without a response."},
			func(dst []byte, e *Event) ([]byte, bool) {
				if !e.response {
					return dst, false
				}
				return AppendRCode(dst, e.rcode), true
			}),
		schema.NullInt(column{Name: "rtt_us", Type: schema.Int64, Unit: "us", Doc: "Query to response; null unless both were seen."},
			func(e *Event) (int64, bool) { return e.rtt / 1000, e.paired }),
		schema.List(column{Name: "answers", Type: schema.TextList, Doc: "Answer data as text, in order; null without a response."}, answerTexts),
		schema.List(column{Name: "ttls", Type: schema.Int64List, Unit: "s", Doc: "Of the answers; null without a response."}, answerTTLs),
		flag("authoritative", "AA; null without a response.", flagAA),
		flag("truncated", "TC; null without a response.", flagTC),
		schema.NullBool(column{Name: "recursion_desired", Doc: "RD of the query, else of the response."},
			func(e *Event) (bool, bool) { return e.recursion, true }),
		flag("recursion_available", "RA; null without a response.", flagRA),
		schema.NullInt(column{Name: "answer_count", Type: schema.Int64, Unit: "records", Doc: "ANCOUNT; null without a response."},
			func(e *Event) (int64, bool) { return int64(e.answers), e.response }),
		schema.NullInt(column{Name: "response_bytes", Type: schema.Int64, Unit: "bytes", Doc: "DNS message length of the response; null without one or where it was fragmented."},
			func(e *Event) (int64, bool) { return int64(e.bytes), e.response && e.sized }),
	}
}

func answerTexts(elem *schema.Vector, e *Event) bool {
	start := uint32(0)
	for i := 0; i < len(e.marks); i += 2 {
		elem.AppendText(e.text[start:e.marks[i]], true)
		start = e.marks[i]
	}
	return e.response
}

func answerTTLs(elem *schema.Vector, e *Event) bool {
	for i := 1; i < len(e.marks); i += 2 {
		elem.AppendInt64(int64(e.marks[i]), true)
	}
	return e.response
}
