package capture

import (
	"bytes"
	"flag"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// bombBytes is how much a decompression bomb of the tests yields.
var bombBytes = flag.Int64("bomb", 64<<20, "how many bytes a decompression bomb yields")

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A small file that claims much takes little memory.
func TestSmallFilesTakeLittleMemory(t *testing.T) {
	o := orders["little"]
	huge := func(kind, total uint32) []byte {
		b := joined(ngSection(o), ngInterface(o, 1, 0xffffffff))
		return append(o.AppendUint32(o.AppendUint32(b, kind), total), make([]byte, 900)...)
	}
	// A zstd frame of one raw block of nothing, in a window of 128 MB: the
	// exponent is 17, and 10 more are in the format.
	window := joined([]byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3}, []byte{0x01, 0x00, 0x00})
	wide := joined([]byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3}, rawBlock(joined(pcapFile(o, magicMicro, 65535, 1), pcapRecord(o, 1, 2, 3, []byte("abc")))))
	var interfaces [][]byte
	for range 40 {
		interfaces = append(interfaces, ngInterface(o, 1, 0xffffffff, ngOption(o, 9, []byte{0xff}), ngOption(o, 2, nil)))
	}
	for name, file := range map[string][]byte{
		"pcap record":         joined(pcapFile(o, magicMicro, 0xffffffff, 1), o.AppendUint32(pcapRecord(o, 1, 2, 3, nil)[:8], 0x7fffffff), make([]byte, 900)),
		"pcapng packet":       huge(blockEnhanced, 0x7ffffffc),
		"pcapng simple":       huge(blockSimple, 0x7ffffffc),
		"pcapng statistics":   huge(blockStatistics, 0xfffffffc),
		"pcapng interface":    huge(blockInterface, 0xfffffffc),
		"pcapng unknown":      huge(0xbad, 0xfffffffc),
		"pcapng section":      huge(blockSection, 0xfffffffc),
		"pcapng option":       joined(ngSection(o), ngBlock(o, 1, []byte{1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0xff, 0xff})),
		"pcapng interfaces":   joined(append([][]byte{ngSection(o)}, interfaces...)...),
		"gzip of nothing":     zipped(t, "gzip", nil),
		"zstd window":         window,
		"zstd window, packet": wide,
		"zstd half window":    joined(window[:5], []byte{16 << 3}, rawBlock(joined(pcapFile(o, magicMicro, 65535, 1), pcapRecord(o, 1, 2, 3, []byte("abc"))))),
		"gzip of a section":   zipped(t, "gzip", joined(ngSection(o), make([]byte, 500<<10))),
		"zstd of a record":    zipped(t, "zstd", joined(pcapFile(o, magicMicro, 0xffffffff, 1), pcapRecord(o, 1, 2, 3, make([]byte, 30<<20)))),
	} {
		if n := allocated(func() { defused(t, bytes.NewReader(file)) }); n > 80<<20 || n > 24<<20 && name != "zstd half window" || len(file) > 4096 {
			t.Errorf("%s: %d KiB allocated for a file of %d bytes", name, n>>10, len(file))
		}
	}
}

// rawBlock is the last block of a zstd frame, uncompressed.
func rawBlock(b []byte) []byte {
	return append([]byte{byte(len(b)<<3 | 1), byte(len(b) >> 5), byte(len(b) >> 13)}, b...)
}

func defused(t *testing.T, r io.Reader) (packets int64, info Info) {
	src, err := OpenReader("bomb", r)
	if err != nil {
		return 0, Info{}
	}
	defer src.Close()
	var s Slab
	for {
		err := src.Read(&s)
		packets += int64(len(s.Packets))
		if err == io.EOF {
			return packets, src.Info()
		}
		if err != nil {
			t.Fatal(err)
		}
		if cap(s.Bytes) > 4*slabBytes || cap(s.Packets) > 2*slabPackets {
			t.Fatalf("a slab of %d bytes and %d packets", cap(s.Bytes), cap(s.Packets))
		}
	}
}

// Captures that are nearly nothing when compressed are read in little memory: a
// capture of empty packets, one of a single record, and one of zeros alone.
func TestDecompressionBombs(t *testing.T) {
	o := orders["little"]
	head := pcapFile(o, magicMicro, 0xffffffff, 1)
	most := uint64(64 << 20)
	for name, bomb := range map[string]struct {
		head []byte
		want func(packets int64, info Info) bool
	}{
		"empty packets": {head, func(n int64, i Info) bool { return n == *bombBytes/16 && i.Warning == "" }},
		"one record": {joined(head, o.AppendUint32(o.AppendUint32(make([]byte, 8), uint32(min(*bombBytes-16, 1<<31-1))), 9)),
			func(n int64, i Info) bool { return n >= 1 }},
		"no record": {joined(head, o.AppendUint32(o.AppendUint32(make([]byte, 8), uint32(min(*bombBytes+1, 1<<31-1))), 9)),
			func(n int64, i Info) bool {
				return *bombBytes >= 1<<31 || n == 0 && strings.HasPrefix(i.Warning, "last record cut off")
			}},
		"one block": {joined(ngSection(o), ngInterface(o, 1, 0xffffffff), o.AppendUint32(o.AppendUint32(nil, blockEnhanced), uint32(min(*bombBytes, 1<<31-4)))),
			func(n int64, i Info) bool { return n == 0 && i.Warning != "" }},
		"one comment": {joined(ngSection(o), o.AppendUint32(o.AppendUint32(nil, 0xbad), uint32(min(*bombBytes, 1<<31-4)))),
			func(n int64, i Info) bool { return n == 0 && i.Warning != "" }},
	} {
		for _, compression := range []string{"gzip", "zstd"} {
			r, w := io.Pipe()
			go func() { w.CloseWithError(inflateTo(w, compression, bomb.head, *bombBytes)) }()
			var packets int64
			var info Info
			n := allocated(func() { packets, info = defused(t, r) })
			r.Close()
			if !bomb.want(packets, info) {
				t.Errorf("%s in %s: %d packets, warning %q", name, compression, packets, info.Warning)
			}
			if n > most {
				t.Errorf("%s in %s: %d MiB allocated, compressing included", name, compression, n>>20)
			}
		}
	}
}

// inflateTo writes a head and zeros, compressed.
func inflateTo(w io.Writer, compression string, head []byte, zeros int64) error {
	var z io.WriteCloser
	var err error
	if compression == "zstd" {
		z, err = zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	} else {
		z, err = gzip.NewWriterLevel(w, gzip.BestSpeed)
	}
	if err != nil {
		return err
	}
	if _, err = z.Write(head); err != nil {
		return err
	}
	block := make([]byte, 256<<10)
	for zeros > 0 && err == nil {
		n := min(zeros, int64(len(block)))
		_, err = z.Write(block[:n])
		zeros -= n
	}
	if err != nil {
		return err
	}
	return z.Close()
}

// Large packets are clipped alike in every container, and what follows is read.
func TestLargePacketsAreClipped(t *testing.T) {
	for endian, o := range orders {
		for _, size := range []int{keptBytes - 1, keptBytes, keptBytes + 1, keptBytes + 100, 2*slabBytes + 3, 5 << 20} {
			data := bytes.Repeat([]byte{1, 2, 3, 4, 5, 6, 7}, size/7+1)[:size]
			tail := []byte("tail")
			for name, file := range map[string][]byte{
				"pcap":     joined(pcapFile(o, magicMicro, 0xffffffff, 1), pcapRecord(o, 1, 1, 9, tail), pcapRecord(o, 1, 1, uint32(size), data), pcapRecord(o, 1, 1, 9, tail)),
				"enhanced": joined(ngSection(o), ngInterface(o, 1, 0xffffffff), ngEnhanced(o, 0, 1, 9, tail), ngEnhanced(o, 0, 1, uint32(size), data), ngEnhanced(o, 0, 1, 9, tail)),
				"simple":   joined(ngSection(o), ngInterface(o, 1, 0xffffffff), ngSimple(o, 4, tail), ngSimple(o, uint32(size), data), ngSimple(o, 4, tail)),
			} {
				for _, r := range []io.Reader{bytes.NewReader(file), &portions{file}} {
					src, err := OpenReader(name, r)
					if err != nil {
						t.Fatal(err)
					}
					var got []string
					var lengths []uint32
					var s Slab
					for src.Read(&s) == nil {
						for i := range s.Packets {
							got = append(got, string(s.Data(i)))
							lengths = append(lengths, s.Packets[i].Length)
						}
					}
					if len(got) != 3 || got[0] != "tail" || got[1] != string(data[:min(size, keptBytes)]) || got[2] != "tail" || lengths[1] != uint32(size) || src.Info().Warning != "" {
						t.Errorf("%s, %s endian, %d bytes: %d packets, lengths %v, warning %q", name, endian, size, len(got), lengths, src.Info().Warning)
					}
					src.Close()
				}
				cut, err := OpenReader(name, bytes.NewReader(file[:len(file)-50]))
				if err != nil {
					t.Fatal(err)
				}
				if sums, err := drain(t, cut); err != nil || sums.packets != 1 || cut.Info().Warning == "" {
					t.Errorf("%s, %s endian, %d bytes, cut: %d packets, warning %q, %v", name, endian, size, sums.packets, cut.Info().Warning, err)
				}
			}
		}
	}
}
