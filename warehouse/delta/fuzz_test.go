package delta

import (
	"runtime"
	"strings"
	"testing"
)

func FuzzDecodeActions(f *testing.F) {
	for _, seed := range []string{
		`{"commitInfo":{"timestamp":1,"operation":"WRITE","operationParameters":{"mode":"Append","n":1}}}` + "\n" + `{"txn":{"appId":"x","version":1}}`,
		`{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}`,
		`{"metaData":{"id":"i","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"a\",\"type\":{\"type\":\"array\",\"elementType\":\"long\",\"containsNull\":true},\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[],"configuration":{}}}`,
		`{"add":{"path":"a%20b","partitionValues":{"p":null},"size":9223372036854775808,"stats":"{}"}}`,
		`{"add":{"path":"a%2","partitionValues":{},"size":1,"stats":"{\"numRecords\":1e999,\"minValues\":{\"a\":99999999999999999999}}"}}`,
		`{"remove":{"path":"a","dataChange":true}}`,
		`[`, `{"add":`, `{"add":null}`, "\n\n", strings.Repeat(`{"a":`, 200),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		a, err := decodeActions("f", data)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20+1000*uint64(len(data)) {
			t.Errorf("%d bytes allocated for %d bytes", n, len(data))
		}
		if err != nil {
			return
		}
		if len(a.adds)+len(a.removes)+len(a.txns) > len(data) {
			t.Error("more actions than bytes")
		}
		r := newReplay(&Snapshot{Version: -1, txns: newTxnTable(0)})
		r.apply(0, a)
		r.snapshot("t")
	})
}

func FuzzParseStats(f *testing.F) {
	for _, seed := range []string{
		`{"numRecords":1,"minValues":{"a":1,"b":1.5,"c":"x","d":{"e":[1,null,{}]}},"maxValues":{},"nullCount":{"a":0}}`,
		`{"numRecords":-1e400}`, `{"minValues":{"a\u0041":"\ud800"}}`, `{"a":"\`, `{"numRecords":1}x`, strings.Repeat(`[`, 99), ``,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := parseStats(text)
		if s.NumRecords < 0 {
			return
		}
		again := parseStats(encodeStats(s, nil))
		if again.NumRecords != s.NumRecords || len(again.NullCount) != len(s.NullCount) {
			t.Errorf("%q: %+v became %+v", text, s, again)
		}
	})
}

func FuzzPath(f *testing.F) {
	f.Add("date=2026-11-22/protocol=tcp/part-1.parquet")
	f.Add("a b%/é\x00:#?")
	f.Fuzz(func(t *testing.T, path string) {
		if got, err := decodePath(encodePath(path)); err != nil || got != path {
			t.Errorf("%q became %q, %v", path, got, err)
		}
		decodePath(path)
	})
}
