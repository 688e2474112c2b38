package capture

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// made is a capture of n packets of the given size, written by gopacket.
func made(t testing.TB, format string, n, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	write, done := makers(t, &b, format)
	data := make([]byte, size)
	for i := range n {
		binary.BigEndian.PutUint32(data, uint32(i))
		write(gopacket.CaptureInfo{Timestamp: time.Unix(1700000000, int64(i)*1000), CaptureLength: size, Length: size + i%7}, data)
	}
	done()
	return b.Bytes()
}

func makers(t testing.TB, b *bytes.Buffer, format string) (write func(gopacket.CaptureInfo, []byte), done func()) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if format == "pcapng" {
		w, err := pcapgo.NewNgWriter(b, layers.LinkTypeEthernet)
		check(err)
		return func(ci gopacket.CaptureInfo, d []byte) { check(w.WritePacket(ci, d)) }, func() { check(w.Flush()) }
	}
	w := pcapgo.NewWriter(b)
	if format == "pcap-ns" {
		w = pcapgo.NewWriterNanos(b)
	}
	check(w.WriteFileHeader(65535, layers.LinkTypeEthernet))
	return func(ci gopacket.CaptureInfo, d []byte) { check(w.WritePacket(ci, d)) }, func() {}
}

// zipped compresses b.
func zipped(t testing.TB, compression string, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&out)
	if compression == "zstd" {
		z, err := zstd.NewWriter(&out)
		if err != nil {
			t.Fatal(err)
		}
		w = z
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func BenchmarkRead(b *testing.B) {
	for _, format := range []string{"pcap", "pcapng"} {
		data := made(b, format, 100000, 380)
		for _, compression := range []string{"", "gzip", "zstd"} {
			stored, name := data, format
			if compression != "" {
				stored, name = zipped(b, compression, data), format+"+"+compression
			}
			b.Run(name, func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				var s Slab
				for b.Loop() {
					readAll(b, stored, &s)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100000, "ns/packet")
			})
		}
	}
}

func readAll(b *testing.B, stored []byte, s *Slab) {
	src, err := OpenReader("bench", bytes.NewReader(stored))
	if err != nil {
		b.Fatal(err)
	}
	defer src.Close()
	for err == nil {
		err = src.Read(s)
	}
	if err != io.EOF {
		b.Fatal(err)
	}
}

func BenchmarkIdentify(b *testing.B) {
	path := filepath.Join(b.TempDir(), "large")
	const size = 256 << 20
	if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	for b.Loop() {
		if _, err := Identify(path); err != nil {
			b.Fatal(err)
		}
	}
}
