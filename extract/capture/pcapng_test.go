package capture

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// times are the times of the records read.
func (r result) times() (out []int64) {
	for _, p := range r.records {
		out = append(out, p.Time)
	}
	return out
}

func TestPcapngSectionsAndInterfaces(t *testing.T) {
	l, b := orders["little"], orders["big"]
	file := joined(
		ngSection(l), ngInterface(l, 1, 0), ngInterface(l, 113, 0, ngOption(l, 9, []byte{9})),
		ngEnhanced(l, 0, 5, 60, []byte("one")),
		ngEnhanced(l, 1, 5, 61, []byte("two!")),
		ngSection(b), ngInterface(b, 101, 0, ngOption(b, 9, []byte{3})),
		ngEnhanced(b, 0, 5, 62, []byte("three")),
		ngObsolete(b, 0, 6, 63, nil),
		ngEnhanced(b, 1, 7, 64, []byte("gone")),
	)
	res := collectBytes(t, file)
	want := []record{
		{Packet{Time: 5000, Captured: 3, Length: 60, Link: 1}, "one"},
		{Packet{Time: 5, Captured: 4, Length: 61, Link: 113}, "two!"},
		{Packet{Time: 5000000, Captured: 5, Length: 62, Link: 101}, "three"},
		{Packet{Time: 6000000, Length: 63, Link: 101}, ""},
		{Packet{Time: 7000, Captured: 4, Length: 64, Malformed: true}, "gone"},
	}
	if !slices.Equal(res.records, want) {
		t.Errorf("%+v", res.records)
	}
	if i := res.info; i.Format != "pcapng" || !slices.Equal(i.Links, []LinkType{1, 113, 101}) || i.Warning != "" {
		t.Errorf("info %+v", i)
	}
}

func TestPcapngTimestamps(t *testing.T) {
	for name, o := range orders {
		for _, c := range []struct {
			resolution []byte
			offset     int64
			ticks      int64
			want       int64
		}{
			{nil, 0, 1500000, 1500000000},
			{nil, 0, -1, -1000},
			{nil, 0, math.MaxInt64, math.MaxInt64},
			{nil, 0, math.MinInt64, math.MinInt64},
			{nil, -9223372036854, 9223372036854775807, 775807000},
			{[]byte{0}, 0, 3, 3000000000},
			{[]byte{9}, 10, -7, 9999999993},
			{[]byte{9}, 0, math.MinInt64, math.MinInt64},
			{[]byte{12}, 0, 1999, 1},
			{[]byte{12}, 0, -1, -1},
			{[]byte{0x81}, 0, 3, 1500000000},
			{[]byte{0xa0}, 0, -1, -1}, // 2^-32 s before 1970
			{[]byte{0xff}, 1, math.MaxInt64, 1000000000},
			{[]byte{0x7f}, 1, -1, 999999999},
		} {
			var options []byte
			if c.resolution != nil {
				options = ngOption(o, 9, c.resolution)
			}
			if c.offset != 0 {
				options = append(options, ngOption(o, 14, o.AppendUint64(nil, uint64(c.offset)))...)
			}
			options = append(options, 0, 0, 0, 0) // the end; what follows counts for nothing
			options = append(options, ngOption(o, 9, []byte{5})...)
			file := joined(ngSection(o), ngInterface(o, 1, 0, options), ngEnhanced(o, 0, c.ticks, 1, []byte{1}))
			if got := collectBytes(t, file).times(); !slices.Equal(got, []int64{c.want}) {
				t.Errorf("%s: resolution %x, offset %d, ticks %d: %d, want %d", name, c.resolution, c.offset, c.ticks, got, c.want)
			}
		}
	}
}

// TestClock holds the clock to exact arithmetic.
func TestClock(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	any64 := func() int64 { return int64(r.Uint64()) >> r.IntN(64) }
	for range 100000 {
		resolution, offset, ticks := uint8(r.Uint32()), any64(), any64()
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(resolution&0x7f)), nil)
		if resolution&0x80 != 0 {
			unit = new(big.Int).Lsh(big.NewInt(1), uint(resolution&0x7f))
		}
		billion := big.NewInt(1e9)
		v := new(big.Int).Mul(big.NewInt(ticks), billion)
		m := new(big.Int)
		v.DivMod(v, unit, m) // Euclidean: rounds down
		v.Add(v, m.Mul(big.NewInt(offset), billion))
		want := int64(math.MaxInt64)
		if v.IsInt64() {
			want = v.Int64()
		} else if v.Sign() < 0 {
			want = math.MinInt64
		}
		c := newClock(resolution, offset)
		if got := c.time(ticks); got != want {
			t.Fatalf("resolution %#x, offset %d, ticks %d: %d, want %d", resolution, offset, ticks, got, want)
		}
	}
}

func TestPcapngSimpleBlocks(t *testing.T) {
	o := orders["big"]
	res := collectBytes(t, joined(
		ngSection(o), ngSimple(o, 2, []byte("no")), ngInterface(o, 1, 5),
		ngSimple(o, 3, []byte("abc")),
		ngEnhanced(o, 0, 9, 2, []byte("ab")),
		ngSimple(o, 2, []byte("xy")),
		ngSimple(o, 100, []byte("abcde")),
		ngSection(o), ngInterface(o, 1, 0),
		ngSimple(o, 100, []byte("abcdefgh")),
	))
	want := []record{
		{Packet{Captured: 2, Length: 2, Malformed: true}, "no"},
		{Packet{Captured: 3, Length: 3, Link: 1}, "abc"},
		{Packet{Time: 9000, Captured: 2, Length: 2, Link: 1}, "ab"},
		{Packet{Time: 9000, Captured: 2, Length: 2, Link: 1}, "xy"},
		{Packet{Time: 9000, Captured: 5, Length: 100, Link: 1}, "abcde"},
		{Packet{Time: 9000, Captured: 8, Length: 100, Link: 1}, "abcdefgh"},
	}
	if !slices.Equal(res.records, want) {
		t.Errorf("%+v", res.records)
	}
}

// TestPcapngSkips passes over what holds no packet, in blocks from nothing to
// several slabs.
func TestPcapngSkips(t *testing.T) {
	for name, o := range orders {
		packet := ngEnhanced(o, 0, 1, 4, []byte("data"))
		comments := bytes.Repeat(ngOption(o, 1, make([]byte, 60000)), 12)
		file := joined(ngSection(o), ngInterface(o, 1, 0, ngOption(o, 9, []byte{9}), comments))
		want := 0
		for _, size := range []int{0, 4, 1000, slabBytes - 100, slabBytes, slabBytes + 4, 5*slabBytes + 8} {
			file = joined(file, ngBlock(o, 0x80000bad, make([]byte, size)), packet, ngBlock(o, 4, make([]byte, size)), packet)
			want += 2
		}
		res := collectBytes(t, file)
		if len(res.records) != want || res.info.Warning != "" {
			t.Errorf("%s: %d packets, want %d, warning %q", name, len(res.records), want, res.info.Warning)
		}
		for _, r := range res.records {
			if r.data != "data" || r.Time != 1 {
				t.Fatalf("%s: %+v", name, r)
			}
		}
	}
}

func TestPcapngDrops(t *testing.T) {
	o := orders["little"]
	n := func(v uint64) []byte { return o.AppendUint64(nil, v) }
	head := joined(ngSection(o), ngInterface(o, 1, 0), ngInterface(o, 1, 0))
	for _, c := range []struct {
		blocks []byte
		want   int64
		known  bool
	}{
		{nil, 0, false},
		{ngStatistics(o, 0, ngOption(o, 4, n(77))), 0, false},
		{ngStatistics(o, 0, ngOption(o, 5, n(0))), 0, true},
		{joined(ngStatistics(o, 0, ngOption(o, 5, n(3))), ngStatistics(o, 1, ngOption(o, 5, n(4)), ngOption(o, 7, n(10)))), 17, true},
		{joined(ngStatistics(o, 0, ngOption(o, 5, n(3))), ngStatistics(o, 0, ngOption(o, 5, n(5)))), 5, true},
		{joined(ngStatistics(o, 0, ngOption(o, 5, n(3))), head, ngStatistics(o, 0, ngOption(o, 5, n(5)))), 8, true},
		{ngStatistics(o, 9, ngOption(o, 5, n(3))), 0, false},
		{ngStatistics(o, 0, ngOption(o, 5, n(math.MaxUint64)), ngOption(o, 7, n(1))), math.MaxInt64, true},
	} {
		res := collectBytes(t, joined(head, c.blocks))
		if i := res.info; i.Dropped != c.want || i.DroppedKnown != c.known {
			t.Errorf("%x: dropped %d, %v; want %d, %v", c.blocks, i.Dropped, i.DroppedKnown, c.want, c.known)
		}
	}
}

func TestPcapngImpossible(t *testing.T) {
	o := orders["little"]
	good := ngEnhanced(o, 0, 1, 4, []byte("data"))
	patched := func(b []byte, at int, v uint32) []byte {
		b = bytes.Clone(b)
		binary.LittleEndian.PutUint32(b[at:], v)
		return b
	}
	for _, c := range []struct {
		name string
		bad  []byte
		want string
	}{
		{"captured beyond the block", patched(good, 20, 9), "impossible record length 9 "},
		{"captured beyond the limit", ngEnhanced(o, 0, 1, 4, make([]byte, 262145)), "impossible record length 262145 "},
		{"simple beyond the limit", ngSimple(o, 300000, make([]byte, 300000)), "impossible record length 300000 "},
		{"length not of words", patched(good, 4, 37), "impossible block length 37 "},
		{"length too short", patched(good, 4, 28), "impossible block length 28 "},
		{"length zero", patched(good, 4, 0), "impossible block length 0 "},
		{"length too long", patched(good, 4, 0xfffffff0), "impossible block length 4294967280 "},
		{"closing length", patched(good, 32, 40), "impossible block length 36 (40 at its end) "},
		{"closing length of a skipped block", patched(ngBlock(o, 77, make([]byte, 2*slabBytes)), 2*slabBytes+8, 1), "impossible block length 524300 (1 at its end) "},
		{"byte order", patched(ngSection(o), 8, 1), "section header without a byte order "},
		{"version", patched(ngSection(o), 12, 2), "section of major version 2 "},
	} {
		res := collectBytes(t, joined(ngSection(o), ngInterface(o, 1, 0), good, c.bad, good))
		if len(res.records) != 1 || !strings.HasPrefix(res.info.Warning, c.want) || res.err != nil {
			t.Errorf("%s: %d packets, warning %q, error %v", c.name, len(res.records), res.info.Warning, res.err)
		}
	}
}

func TestPcapngInterfacesAreBounded(t *testing.T) {
	o := orders["little"]
	file := joined(ngSection(o), bytes.Repeat(ngInterface(o, 1, 0), maxInterfaces+1))
	if w := collectBytes(t, file).info.Warning; !strings.HasPrefix(w, "more than 65536 interfaces") {
		t.Errorf("warning %q", w)
	}
}
