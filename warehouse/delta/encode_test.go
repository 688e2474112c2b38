package delta

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestPaths(t *testing.T) {
	for plain, encoded := range map[string]string{
		"date=2026-11-22/protocol=tcp/part-1.parquet": "date=2026-11-22/protocol=tcp/part-1.parquet",
		"a b":     "a%20b",
		"50%":     "50%25",
		"x=a%3Ab": "x=a%253Ab",
		"é?#":     "%C3%A9%3F%23",
	} {
		if got := encodePath(plain); got != encoded {
			t.Errorf("%q is encoded as %q, want %q", plain, got, encoded)
		}
		if got, err := decodePath(encoded); err != nil || got != plain {
			t.Errorf("%q is decoded as %q, %v, want %q", encoded, got, err, plain)
		}
	}
	for _, bad := range []string{"a%", "a%2", "a%zz"} {
		if _, err := decodePath(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestTimestampBounds(t *testing.T) {
	for _, c := range []struct {
		us     int64
		lo, hi string
	}{
		{0, "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z"},
		{1, "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.001Z"},
		{999, "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.001Z"},
		{-1, "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00.000Z"},
		{1795341600000000, "2026-11-22T10:00:00.000Z", "2026-11-22T10:00:00.000Z"},
		{1795341600000001, "2026-11-22T10:00:00.000Z", "2026-11-22T10:00:00.001Z"},
	} {
		lo, ok1 := TimestampMin(c.us)
		hi, ok2 := TimestampMax(c.us)
		if lo != c.lo || hi != c.hi || !ok1 || !ok2 {
			t.Errorf("%d: %q to %q, want %q to %q", c.us, lo, hi, c.lo, c.hi)
		}
	}
	for _, us := range []int64{math.MinInt64, math.MaxInt64, firstMicros - 1, lastMicros + 1} {
		if _, ok := TimestampMin(us); ok {
			t.Errorf("%d has a lower bound", us)
		}
		if _, ok := TimestampMax(us); ok {
			t.Errorf("%d has an upper bound", us)
		}
	}
	if d, ok := DateBound(20779); d != "2026-11-22" || !ok {
		t.Errorf("date is %q", d)
	}
	for _, days := range []int64{math.MinInt64, math.MaxInt64, 2932897, -719163} {
		if d, ok := DateBound(days); ok {
			t.Errorf("%d is the date %q", days, d)
		}
	}
	s := Stats{Min: map[string]any{"t": "2026-11-22T10:00:00Z"}, Max: map[string]any{"t": "2026-11-22T10:00:00.001+00:00"}}
	if lo, hi, ok := s.TimestampBounds("t"); lo != 1795341600000000 || hi != 1795341600001999 || !ok {
		t.Errorf("bounds %d to %d, %v", lo, hi, ok)
	}
	if _, _, ok := s.TimestampBounds("u"); ok {
		t.Error("a column without statistics has bounds")
	}
}

func TestStringBounds(t *testing.T) {
	long := strings.Repeat("x", 31)
	for _, c := range []struct {
		s, lo, hi string
		ok        bool
	}{
		{"", "", "", true},
		{long + "x", long + "x", long + "x", true},
		{long + "xa", long + "x", long + "y", true},
		{strings.Repeat("é", 33), strings.Repeat("é", 32), strings.Repeat("é", 31) + "ê", true},
		{long + "\U0010FFFFa", long + "\U0010FFFF", long[:30] + "y", true},
		{long + "\uD7FFa", long + "\uD7FF", long + "\uE000", true},
		{strings.Repeat("\U0010FFFF", 33), strings.Repeat("\U0010FFFF", 32), "", false},
	} {
		lo, ok1 := cutMin(c.s)
		hi, ok2 := cutMax(c.s)
		if lo != c.lo || !ok1 || hi != c.hi || ok2 != c.ok {
			t.Errorf("%q: %q to %q, %v; want %q to %q, %v", c.s, lo, hi, ok2, c.lo, c.hi, c.ok)
		}
		if lo > c.s || ok2 && hi < c.s {
			t.Errorf("%q is not between %q and %q", c.s, lo, hi)
		}
	}
	for _, bad := range []string{"\xff", strings.Repeat("a", 40) + "\xff"} {
		if _, ok := cutMin(bad); ok {
			t.Errorf("%q has a lower bound", bad)
		}
		if _, ok := cutMax(bad); ok {
			t.Errorf("%q has an upper bound", bad)
		}
	}
}

func TestStatsText(t *testing.T) {
	types := MetadataOf(testTable()).types()
	s := Stats{NumRecords: 3,
		Min: map[string]any{"bytes": int64(-5), "rate": 1.0, "ip": "a\"<é", "start_time": int64(1795341600000001),
			"date": int64(20779), "offset": math.NaN(), "port": math.Inf(1), "packets": []int{1}},
		Max:       map[string]any{"rate": 1e300, "start_time": int64(1795341600000001), "ttl": int64(math.MaxInt64)},
		NullCount: map[string]int64{"ttl": 2}}
	text := encodeStats(s, types)
	var got, want any
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	json.Unmarshal([]byte(`{"numRecords":3,"minValues":{"bytes":-5,"date":"2026-11-22","ip":"a\"<é","rate":1,
		"start_time":"2026-11-22T10:00:00.000Z"},"maxValues":{"rate":1e300,"start_time":"2026-11-22T10:00:00.001Z",
		"ttl":9223372036854775807},"nullCount":{"ttl":2}}`), &want)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("statistics %s", text)
	}
	back := parseStats(text)
	if back.Min["rate"] != 1.0 || back.Min["bytes"] != int64(-5) || back.Max["ttl"] != int64(math.MaxInt64) || back.Min["ip"] != "a\"<é" {
		t.Errorf("read back as %+v", back)
	}
	if encodeStats(Stats{NumRecords: -1}, nil) != "" {
		t.Error("unknown statistics are written")
	}
}

func TestParseStats(t *testing.T) {
	for text, want := range map[string]Stats{
		"": {NumRecords: -1}, "null": {NumRecords: -1}, "{": {NumRecords: -1}, `{"numRecords":1}}`: {NumRecords: -1},
		strings.Repeat(`{"a":`, 1000): {NumRecords: -1},
		` {"numRecords" : 2 , "minValues":{"a":99999999999999999999,"b":{"c":1},"d":true,"e":-1e999,"f":null,"g":1.5e3},
		   "other":[1,[2],{}], "nullCount":{"a":4,"b":{"c":0},"d":99999999999999999999}, "maxValues":null} `: {NumRecords: 2,
			Min: map[string]any{"g": 1500.0}, NullCount: map[string]int64{"a": 4}},
	} {
		if got := parseStats(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%.40q is read as %+v, want %+v", text, got, want)
		}
	}
}

func TestMetadataOf(t *testing.T) {
	m := MetadataOf(testTable())
	want := map[string]string{"date": "date", "protocol": "string", "start_time": "timestamp", "ip": "string", "bytes": "long",
		"port": "integer", "ttl": "integer", "packets": "long", "offset": "long", "rate": "double", "closed": "boolean",
		"names": "array<string>", "ports": "array<integer>", "marks": "array<long>"}
	if got := m.types(); !reflect.DeepEqual(got, want) {
		t.Errorf("types %v, want %v", got, want)
	}
	if !reflect.DeepEqual(m.PartitionColumns, []string{"date", "protocol"}) || m.Schema[0].Name != "date" || m.Schema[13].Name != "marks" {
		t.Errorf("columns %+v, partitions %v", m.Schema, m.PartitionColumns)
	}
	text, err := encodeSchema(m.Schema)
	if err != nil {
		t.Fatal(err)
	}
	if part := `{"name":"ports","type":{"type":"array","elementType":"integer","containsNull":false},"nullable":true,"metadata":{}}`; !strings.Contains(text, part) {
		t.Errorf("schema %s lacks %s", text, part)
	}
	back, err := decodeSchema(text)
	if err != nil || !reflect.DeepEqual(back, m.Schema) {
		t.Errorf("schema read back as %+v, %v", back, err)
	}
}

func TestForeignSchemaIsKept(t *testing.T) {
	text := `{"type":"struct","fields":[{"name":"a","type":{"type":"array","elementType":"long","containsNull":true},"nullable":true,"metadata":{"x":[1],"comment":3}},` +
		`{"name":"b","type":{"type":"struct","fields":[]},"nullable":false,"metadata":{}},{"name":"c","type":"decimal(10,2)","nullable":true,"metadata":{}}]}`
	cols, err := decodeSchema(text)
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	again, err := encodeSchema(cols)
	json.Unmarshal([]byte(again), &got)
	json.Unmarshal([]byte(text), &want)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("schema became %s, %v", again, err)
	}
}

func TestMergeColumns(t *testing.T) {
	have := []Column{{Name: "a", Type: "long"}, {Name: "old", Type: "string"}}
	got, err := MergeColumns(have, []Column{{Name: "new", Type: "double"}, {Name: "a", Type: "long", Nullable: true, Unit: "us"}})
	want := []Column{{Name: "a", Type: "long", Nullable: true, Unit: "us"}, {Name: "old", Type: "string"}, {Name: "new", Type: "double", Nullable: true}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("merged to %+v, %v", got, err)
	}
	var conflict *SchemaConflictError
	for _, bad := range []Column{{Name: "a", Type: "integer"}, {Name: "A", Type: "long"}} {
		if _, err := MergeColumns(have, []Column{bad}); !errors.As(err, &conflict) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestFormat(t *testing.T) {
	for text, want := range map[string]int{"1": 1, "2.7": 2, "x": 0, "": 0, "0": 0} {
		got, err := Metadata{Configuration: map[string]string{FormatProperty: text}}.Format()
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q is format %d, %v", text, got, err)
		}
	}
	if n, err := (Metadata{}).Format(); n != 0 || err != nil {
		t.Errorf("a foreign table has format %d, %v", n, err)
	}
	if n, err := MetadataOf(testTable()).Format(); n != Format || err != nil {
		t.Errorf("our table has format %d, %v", n, err)
	}
}
