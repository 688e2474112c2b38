package claim

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"
)

func TestRunsThatClaim(t *testing.T) {
	run := func(n uint64, tail ...byte) []byte { return append(binary.AppendUvarint(nil, n<<1), tail...) }
	packed := func(n uint64, tail ...byte) []byte { return append(binary.AppendUvarint(nil, n<<1|1), tail...) }
	head := func(values uint64, tail ...byte) []byte {
		b := binary.AppendUvarint([]byte{128, 1, 4}, values)
		return append(append(b, 0), tail...)
	}
	for name, c := range map[string]struct {
		enc    format.Encoding
		b      []byte
		values int
		ok     bool
	}{
		"run":                {format.RLEDictionary, append([]byte{8}, run(100, 1)...), 100, true},
		"long run":           {format.RLEDictionary, append([]byte{8}, run(1<<30, 1)...), 100, false},
		"many runs":          {format.RLEDictionary, append([]byte{0}, bytes.Repeat(run(1000), 100)...), 100, false},
		"packed":             {format.RLEDictionary, append([]byte{1}, packed(2, 1, 1)...), 16, true},
		"packed, no bytes":   {format.RLEDictionary, append([]byte{32}, packed(2, 1)...), 16, false},
		"packed, no width":   {format.RLEDictionary, append([]byte{0}, packed(1<<28)...), 16, false},
		"wide":               {format.RLEDictionary, append([]byte{33}, run(1, 1, 1, 1, 1, 1)...), 16, false},
		"integers":           {format.DeltaBinaryPacked, head(3, 0, 0, 0, 0, 0), 3, true},
		"many integers":      {format.DeltaBinaryPacked, head(1<<31-1, 0, 0, 0, 0, 0), 3, false},
		"lengths":            {format.DeltaLengthByteArray, head(1 << 30), 3, false},
		"prefixes":           {format.DeltaByteArray, head(1 << 30), 3, false},
		"flags":              {format.RLE, append([]byte{2, 0, 0, 0}, run(9, 1)...), 9, true},
		"many flags":         {format.RLE, append([]byte{6, 0, 0, 0}, run(1<<30, 1)...), 9, false},
		"unknown":            {format.Encoding(77), nil, 9, false},
		"integers, no parts": {format.DeltaBinaryPacked, []byte{128, 1, 0, 3, 0}, 3, false},
	} {
		if err := checkExpansion(c.b, c.enc, c.values); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := checkPrefixes([]int64{1 << 20, 1 << 20, 1 << 40}, 1000); !errors.Is(err, Err) {
		t.Errorf("prefixes of a terabyte: %v", err)
	}
}

// TestDeltasAreDecoded compares with what the encoder wrote.
func TestDeltasAreDecoded(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		want := make([]int64, 1+r.IntN(700))
		for i := range want {
			want[i] = r.Int64() >> r.IntN(64)
		}
		data, err := new(delta.BinaryPackedEncoding).EncodeInt64(nil, want)
		if err != nil {
			t.Fatal(err)
		}
		got, rest, err := deltas(append(data, "rest"...), len(want))
		if err != nil || string(rest) != "rest" || len(got) != len(want) {
			t.Fatalf("seed %d: %d of %d integers, rest %q: %v", seed, len(got), len(want), rest, err)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("seed %d: integer %d is %d, want %d", seed, i, got[i], want[i])
			}
		}
	}
}
