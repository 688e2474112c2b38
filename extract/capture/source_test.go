package capture

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
)

// mixed is a pcapng with records of all sizes, among them blocks and packets
// larger than a slab, and a run of more packets than a slab takes.
func mixed() []byte {
	o := orders["little"]
	r := rand.New(rand.NewPCG(3, 4))
	file := joined(ngSection(o), ngInterface(o, 1, 700000))
	data := make([]byte, 700000)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	for i := range 3000 {
		n := r.IntN(1500)
		if i%1000 == 500 {
			n = 300000 + r.IntN(400000)
			file = append(file, ngBlock(o, 99, data[:n])...)
		}
		file = append(file, ngEnhanced(o, 0, int64(i), uint32(n), data[:n])...)
	}
	for i := range 6000 {
		file = append(file, ngEnhanced(o, 0, int64(i), 1, data[i:i+1])...)
	}
	return file
}

// TestCutsDependOnBytesAlone reads the same capture in portions of all kinds.
func TestCutsDependOnBytesAlone(t *testing.T) {
	file := mixed()
	want := collectBytes(t, file)
	if len(want.records) != 9000 || want.info.Warning != "" || slices.Max(want.cuts) != slabPackets {
		t.Fatalf("%d packets, slabs %v, warning %q", len(want.records), want.cuts, want.info.Warning)
	}
	readers := map[string]io.Reader{
		"one byte":   iotest.OneByteReader(bytes.NewReader(file)),
		"halves":     iotest.HalfReader(bytes.NewReader(file)),
		"data error": iotest.DataErrReader(bytes.NewReader(file)),
		"gzip":       bytes.NewReader(zipped(t, "gzip", file)),
		"zstd":       bytes.NewReader(zipped(t, "zstd", file)),
		"gzip slow":  iotest.HalfReader(bytes.NewReader(zipped(t, "gzip", file))),
		"members":    bytes.NewReader(joined(zipped(t, "gzip", file[:1000]), zipped(t, "gzip", nil), zipped(t, "gzip", file[1000:]))),
		"frames": bytes.NewReader(joined([]byte{0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3},
			zipped(t, "zstd", file[:5]), zipped(t, "zstd", file[5:]))),
	}
	for name, r := range readers {
		got := collect(t, r)
		if !slices.Equal(got.cuts, want.cuts) || !slices.Equal(got.records, want.records) || got.info.Warning != "" || got.err != nil {
			t.Errorf("%s: %d packets in slabs %v, want %v; warning %q, error %v", name, len(got.records), got.cuts, want.cuts, got.info.Warning, got.err)
		}
	}
}

// TestSlabsAreTheCallers keeps all slabs, writes over those given back, and
// looks at them in other goroutines while reading goes on.
func TestSlabsAreTheCallers(t *testing.T) {
	file := mixed()
	want := collectBytes(t, file)
	src, err := OpenReader("test", bytes.NewReader(zipped(t, "gzip", file)))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	free, filled := make(chan *Slab, 4), make(chan *Slab, 4)
	for range cap(free) {
		free <- new(Slab)
	}
	var wg sync.WaitGroup
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for s := range filled {
				for i := range s.Packets {
					if string(s.Data(i)) != want.records[s.First+int64(i)].data {
						t.Errorf("packet %d has other bytes", s.First+int64(i))
					}
				}
				src.Info()
				clear(s.Bytes[:cap(s.Bytes)])
				clear(s.Packets)
				free <- s
			}
		}()
	}
	for {
		s := <-free
		if err := src.Read(s); err != nil {
			if err != io.EOF {
				t.Error(err)
			}
			break
		}
		filled <- s
	}
	close(filled)
	wg.Wait()
}

// TestCutOff cuts captures at every byte: all whole records are kept, and there
// is a warning unless the cut is between two records.
func TestCutOff(t *testing.T) {
	l, b := orders["little"], orders["big"]
	pcap := [][]byte{pcapFile(b, magicNano, 96, 1), pcapRecord(b, 1, 2, 3, []byte("abc")), pcapRecord(b, 1, 2, 3, nil), pcapRecord(b, 1, 2, 9, []byte("12345678"))}
	ng := [][]byte{ngSection(l), ngInterface(l, 1, 0), ngEnhanced(l, 0, 1, 3, []byte("abc")), ngBlock(l, 99, []byte("xyz")), ngSimple(l, 5, []byte("abcde")), ngObsolete(l, 0, 1, 1, []byte("z"))}
	packets := map[string][]int{"pcap": {0, 1, 1, 1}, "pcapng": {0, 0, 1, 0, 1, 1}}
	for format, parts := range map[string][][]byte{"pcap": pcap, "pcapng": ng} {
		file := joined(parts...)
		for cut := len(parts[0]); cut <= len(file); cut++ {
			whole, end, between := 0, 0, false
			for i, part := range parts {
				if end += len(part); end <= cut {
					whole += packets[format][i]
					between = end == cut
				}
			}
			for _, compression := range []string{"", "gzip"} {
				stored := file[:cut]
				if compression != "" {
					stored = zipped(t, compression, stored)
				}
				res := collectBytes(t, stored)
				if len(res.records) != whole || (res.info.Warning == "") != between || res.err != nil {
					t.Errorf("%s %s cut at %d: %d packets, want %d; warning %q", format, compression, cut, len(res.records), whole, res.info.Warning)
				}
			}
		}
	}
}

// TestDamagedCompression keeps what was decompressed.
func TestDamagedCompression(t *testing.T) {
	file := mixed()
	want := collectBytes(t, file)
	for _, compression := range []string{"gzip", "zstd"} {
		stored := zipped(t, compression, file)
		cut := stored[:len(stored)/2]
		damaged := bytes.Clone(stored)
		clear(damaged[len(stored)/2 : len(stored)/2+4000])
		for name, c := range map[string]struct {
			file []byte
			want string
		}{
			"cut":      {cut, compression + " stream cut off after "},
			"damaged":  {damaged, compression + " stream damaged ("},
			"trailing": {joined(stored, []byte("trailing rubbish")), compression + " stream damaged ("},
			"no end":   {stored[:len(stored)-1], compression + " stream cut off after "},
		} {
			res := collectBytes(t, c.file)
			if !strings.HasPrefix(res.info.Warning, c.want) || res.err != nil {
				t.Errorf("%s %s: warning %q, error %v", compression, name, res.info.Warning, res.err)
			}
			n := len(res.records)
			if name == "damaged" {
				// A checksum of a whole stream tells too late what is wrong.
				n = min(n, len(want.records)/20)
			}
			if n == 0 || !slices.Equal(res.records[:n], want.records[:n]) {
				t.Errorf("%s %s: %d packets, other than those written", compression, name, n)
			}
			if name == "trailing" && n != 9000 {
				t.Errorf("%s %s: %d packets", compression, name, n)
			}
		}
	}
}

// TestReadError gives the packets before an error of reading, then the error.
func TestReadError(t *testing.T) {
	disk := errors.New("disk on fire")
	file := mixed()
	for name, stored := range map[string][]byte{"plain": file, "gzip": zipped(t, "gzip", file), "zstd": zipped(t, "zstd", file)} {
		res := collect(t, io.MultiReader(bytes.NewReader(stored[:len(stored)/2]), iotest.ErrReader(disk)))
		if !errors.Is(res.err, disk) || !strings.HasPrefix(res.err.Error(), "read test at byte ") {
			t.Errorf("%s: error %v", name, res.err)
		}
		if len(res.records) == 0 || res.info.Warning != "" {
			t.Errorf("%s: %d packets, warning %q", name, len(res.records), res.info.Warning)
		}
		_, err := OpenReader("test", io.MultiReader(bytes.NewReader(stored[:10]), iotest.ErrReader(disk)))
		if !errors.Is(err, disk) {
			t.Errorf("%s: opening with error %v", name, err)
		}
	}
}

// TestLargeRecords keeps of a large record what headers may need, and grows a slab
// by what arrives and not by what is claimed.
func TestLargeRecords(t *testing.T) {
	o := orders["little"]
	large := pcapRecord(o, 1, 1, 1, bytes.Repeat([]byte("x"), 3<<20))
	file := joined(pcapFile(o, magicMicro, 0xffffffff, 1), large, pcapRecord(o, 2, 2, 2, []byte("y")))
	claim := o.AppendUint32(pcapRecord(o, 3, 3, 2000000000, nil)[:8], 2000000000)
	src, err := OpenReader("test", bytes.NewReader(joined(file, claim, make([]byte, 1000))))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var s Slab
	var captured []uint32
	for src.Read(&s) == nil {
		for _, p := range s.Packets {
			captured = append(captured, p.Captured)
		}
		if cap(s.Bytes) > 3*slabBytes {
			t.Errorf("slab of %d bytes", cap(s.Bytes))
		}
	}
	if !slices.Equal(captured, []uint32{keptBytes, 1}) || !strings.HasPrefix(src.Info().Warning, "last record cut off") {
		t.Errorf("captured %v, warning %q", captured, src.Info().Warning)
	}
	if cap(s.Bytes) > slabBytes*4 {
		t.Errorf("a slab keeps %d bytes after a large record", cap(s.Bytes))
	}
}

func TestReadDoesNotAllocatePerPacket(t *testing.T) {
	for _, format := range []string{"pcap", "pcapng"} {
		src, err := OpenReader("test", bytes.NewReader(made(t, format, 200000, 100)))
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		var s Slab
		read := func() {
			if err := src.Read(&s); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			read()
		}
		if n := testing.AllocsPerRun(50, read); n != 0 {
			t.Errorf("%s: %v allocations a slab", format, n)
		}
	}
}

func TestInfoIsACopy(t *testing.T) {
	o := orders["little"]
	src, err := OpenReader("test", bytes.NewReader(pcapFile(o, magicMicro, 0, 1)))
	if err != nil {
		t.Fatal(err)
	}
	before := src.Info()
	src.Info().Links[0] = 99
	if !reflect.DeepEqual(src.Info(), before) {
		t.Error("a caller has changed the source's Info")
	}
	if err := src.Read(new(Slab)); err != io.EOF {
		t.Errorf("a capture without packets reads as %v", err)
	}
	if err := src.Close(); err != nil {
		t.Error(err)
	}
}

func TestCloseBeforeTheEnd(t *testing.T) {
	for _, compression := range []string{"gzip", "zstd"} {
		for reads := range 3 {
			src, err := OpenReader("test", bytes.NewReader(zipped(t, compression, mixed())))
			if err != nil {
				t.Fatal(err)
			}
			for range reads {
				if err := src.Read(new(Slab)); err != nil {
					t.Error(err)
				}
			}
			if err := src.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestLinkTypeNames(t *testing.T) {
	for link, want := range map[LinkType]string{
		0: "null", 1: "ethernet", 9: "ppp", 12: "raw", 101: "raw", 105: "ieee802_11", 108: "loop",
		113: "linux_sll", 127: "ieee802_11_radiotap", 228: "ipv4", 229: "ipv6", 276: "linux_sll2", 65535: "linktype-65535",
	} {
		if got := link.String(); got != want {
			t.Errorf("%d is %s, want %s", uint16(link), got, want)
		}
	}
}
