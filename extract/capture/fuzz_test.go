package capture

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// FuzzSource reads anything: nothing panics, packets are numbered without a
// gap, memory keeps to what has arrived, and portions make no difference.
func FuzzSource(f *testing.F) {
	l, b := orders["little"], orders["big"]
	small := joined(ngSection(b), ngInterface(b, 1, 64, ngOption(b, 9, []byte{0x8a})), ngEnhanced(b, 0, 1, 4, []byte("data")),
		ngStatistics(b, 0, ngOption(b, 5, make([]byte, 8))), ngSimple(b, 9, []byte("x")), ngBlock(b, 0x80000bad, []byte("custom")),
		ngSection(l), ngObsolete(l, 3, -1, 4, []byte("data")))
	f.Add(small)
	f.Add(zipped(f, "gzip", small))
	f.Add(zipped(f, "zstd", small)[:20])
	f.Add(joined(pcapFile(b, magicNano, 5, 1), pcapRecord(b, 1, 2, 3, []byte("abc")), pcapRecord(b, 1, 2, 3, nil)[:12]))
	f.Add(joined(pcapFile(l, magicKuznetzov, 0xffffffff, 1), l.AppendUint32(pcapRecord(l, 1, 2, 3, nil)[:8], 0x7fffffff), make([]byte, 40)))
	f.Add([]byte("snoop\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		whole, err := fuzzed(t, bytes.NewReader(data), len(data))
		again, err2 := fuzzed(t, &portions{data}, len(data))
		if whole != again || (err == nil) != (err2 == nil) {
			t.Fatalf("%+v, %v in one piece; %+v, %v in portions", whole, err, again, err2)
		}
	})
}

func fuzzed(t *testing.T, r io.Reader, size int) (sums, error) {
	src, err := OpenReader("fuzz", r)
	if err != nil {
		var not *NotCaptureError
		if errors.As(err, &not) && not.Reason == "" {
			t.Fatal("refused without a reason")
		}
		return sums{}, err
	}
	defer src.Close()
	limited := &bounded{Source: src, t: t, most: 4*slabBytes + 2048*size}
	return drain(t, limited)
}

// bounded fails where a slab is larger than the input, at the best
// compression of gzip, accounts for.
type bounded struct {
	Source
	t    *testing.T
	most int
}

func (b *bounded) Read(s *Slab) error {
	err := b.Source.Read(s)
	if cap(s.Bytes) > b.most {
		b.t.Fatalf("a slab of %d bytes, more than %d", cap(s.Bytes), b.most)
	}
	return err
}

// portions reads 7 bytes at a time.
type portions struct{ b []byte }

func (p *portions) Read(b []byte) (int, error) {
	if len(p.b) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.b[:min(7, len(p.b))])
	p.b = p.b[n:]
	return n, nil
}
