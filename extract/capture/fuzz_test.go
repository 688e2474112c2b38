package capture

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
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
		var whole sums
		var err error
		n := allocated(func() { whole, err = fuzzed(t, bytes.NewReader(data), len(data)) })
		if n > 100<<20+4096*uint64(len(data)) {
			t.Errorf("%d MiB allocated for %d bytes", n>>20, len(data))
		}
		again, err2 := fuzzed(t, &portions{data}, len(data))
		if whole != again || (err == nil) != (err2 == nil) {
			t.Fatalf("%+v, %v in one piece; %+v, %v in portions", whole, err, again, err2)
		}
	})
}

// FuzzCompressed reads captures compressed: whole they have the packets that
// they have uncompressed, cut or damaged they have no others before them.
func FuzzCompressed(f *testing.F) {
	l, b := orders["little"], orders["big"]
	f.Add(joined(pcapFile(l, magicNano, 5, 1), pcapRecord(l, 1, 2, 3, []byte("abc")), pcapRecord(l, 1, 2, 3, nil)), false, uint16(0), uint16(0), byte(0))
	f.Add(joined(ngSection(b), ngInterface(b, 1, 64), ngEnhanced(b, 0, 1, 4, []byte("data")), ngSimple(b, 9, []byte("x"))), true, uint16(9), uint16(30), byte(1))
	f.Add(joined(pcapFile(b, magicMicro, 0xffff, 101), pcapRecord(b, 1, 2, 3000, make([]byte, 3000))), true, uint16(0), uint16(5), byte(0xff))
	f.Add([]byte{0x1f, 0x8b, 8, 0}, false, uint16(0), uint16(0), byte(0))
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<16))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte, zst bool, cut, at uint16, flip byte) {
		plain, errPlain := fuzzed(t, bytes.NewReader(data), len(data))
		var packed bytes.Buffer
		if zst {
			packed.Write(z.EncodeAll(data, nil))
		} else {
			w, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
			w.Write(data)
			w.Close()
		}
		b := packed.Bytes()
		whole := cut == 0 && flip == 0
		b = b[:max(0, len(b)-int(cut))]
		if len(b) > 0 {
			b[int(at)%len(b)] ^= flip
		}
		var got sums
		var err error
		n := allocated(func() { got, err = fuzzed(t, bytes.NewReader(b), len(data)) })
		if n > 100<<20+4096*uint64(len(data)) {
			t.Errorf("%d MiB allocated for %d bytes", n>>20, len(b))
		}
		nested := bytes.HasPrefix(data, []byte{0x1f, 0x8b}) || isZstd(data)
		if whole && !nested && (got != plain || (err == nil) != (errPlain == nil)) {
			t.Errorf("%+v, %v compressed; %+v, %v plain", got, err, plain, errPlain)
		}
		if flip == 0 && !nested && got.packets > plain.packets {
			t.Errorf("cut off, %d packets of %d", got.packets, plain.packets)
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
