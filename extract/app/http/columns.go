package http

import (
	"weir/extract/app/event"
	"weir/warehouse/schema"
)

// Catalogue declares the table http.
func Catalogue() *schema.Catalogue[*Event] {
	type column = schema.Column
	text := func(name, doc string, p part, encoding schema.Encoding) schema.Field[*Event] {
		return schema.NullStr(column{Name: name, Encoding: encoding, Stats: p == host || p == method, Doc: doc},
			func(dst []byte, e *Event) ([]byte, bool) {
				b, ok := e.get(p)
				return append(dst, b...), ok
			})
	}
	fields := event.Fields[*Event]()
	return schema.NewCatalogue("http", append(fields,
		schema.Int(column{Name: "depth", Type: schema.Int64, Doc: "1 for the first request on the connection, 2, ...; a response without a request has a number too."},
			func(e *Event) int64 { return e.depth }),
		text("method", "Request method as sent; null without a request, like all columns of the request.", method, schema.Dict),
		text("host", "Host header of the request; null without one.", host, schema.Dict),
		text("uri", "Request target as sent.", uri, schema.Plain),
		schema.NullStr(column{Name: "version", Encoding: schema.Dict, Doc: "1.0 or 1.1, of the request, else of the response; null if the request's is missing or broken."},
			func(dst []byte, e *Event) ([]byte, bool) { return e.appendVersion(dst) }),
		text("user_agent", "User-Agent header of the request; null without one.", userAgent, schema.Dict),
		text("referrer", "Referer header of the request; null without one.", referrer, schema.Plain),
		schema.NullInt(column{Name: "request_bytes", Type: schema.Int64, Unit: "bytes", Doc: "Request body seen, without chunk framing; null without a request."},
			func(e *Event) (int64, bool) { return e.requestBytes, e.hasRequest }),
		schema.NullInt(column{Name: "status", Type: schema.UInt16, Stats: true, Doc: "Status of the response; null without one."},
			func(e *Event) (int64, bool) { return int64(e.status), e.status != 0 }),
		text("reason", "Reason phrase of the response; null if empty.", reason, schema.Dict),
		text("content_type", "Content-Type of the response, with its parameters; null without one.", contentType, schema.Dict),
		schema.NullInt(column{Name: "response_bytes", Type: schema.Int64, Unit: "bytes", Doc: "Response body seen, without chunk framing; null without a response."},
			func(e *Event) (int64, bool) { return e.responseBytes, e.status != 0 }),
		schema.NullInt(column{Name: "latency_us", Type: schema.Int64, Unit: "us", Doc: "Request head to response head, each by the packet that completed it; null if one is missing."},
			func(e *Event) (int64, bool) { return e.latency() }),
	))
}

// appendVersion appends the version. A minor version above 1 is read as 1, as
// RFC 9110 section 2.5 has it.
func (e *Event) appendVersion(dst []byte) ([]byte, bool) {
	switch {
	case e.minor < 0:
		return dst, false
	case e.minor == 0:
		return append(dst, "1.0"...), true
	}
	return append(dst, "1.1"...), true
}
