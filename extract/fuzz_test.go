package extract

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"weir/extract/capture"
	"weir/extract/flow"
)

// FuzzRun meters anything as a capture, from its bytes to its rows: nothing
// panics, every packet is in a row or rejected, another number of workers
// counts the same, and memory is in proportion to the capture.
func FuzzRun(f *testing.F) {
	paths, err := filepath.Glob("../testdata/captures/*")
	if err != nil || len(paths) == 0 {
		f.Fatal("no captures of our own")
	}
	for _, path := range paths {
		if b, err := os.ReadFile(path); err == nil && len(b) < 64<<10 {
			f.Add(b)
		}
	}
	one, three := NewPipeline(withWorkers(1), NewCatalogues()), NewPipeline(withWorkers(3), NewCatalogues())
	f.Fuzz(func(t *testing.T, b []byte) { meterBoth(t, one, three, b) })
}

// FuzzPackets is FuzzRun with captures whose container is sound: the input is
// cut into packets by a byte of length, of which the highest bit says that a
// second follows, and a byte of hundredths of seconds between them.
func FuzzPackets(f *testing.F) {
	paths, err := filepath.Glob("../testdata/captures/*.pcap")
	if err != nil || len(paths) == 0 {
		f.Fatal("no captures of our own")
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if in := packetsOf(b); len(in) > 0 && len(in) < 16<<10 {
			f.Add(uint16(binary.LittleEndian.Uint32(b[20:])), in)
		}
	}
	one, three := NewPipeline(withWorkers(1), NewCatalogues()), NewPipeline(withWorkers(3), NewCatalogues())
	f.Fuzz(func(t *testing.T, link uint16, b []byte) { meterBoth(t, one, three, pcapOf(link, b)) })
}

// packetsOf returns the packets of a little-endian classic capture as FuzzPackets
// cuts them, and none of another.
func packetsOf(b []byte) (in []byte) {
	if binary.LittleEndian.Uint32(b) != 0xa1b2c3d4 {
		return nil
	}
	for b = b[24:]; len(b) >= 16; {
		n := int(binary.LittleEndian.Uint32(b[8:]))
		if n >= 0x80 {
			in = append(in, byte(n)|0x80, byte(n>>7), 1)
		} else {
			in = append(in, byte(n), 1)
		}
		in = append(in, b[16:16+n]...)
		b = b[16+n:]
	}
	return in
}

// pcapOf makes a capture of the packets that b is cut into.
func pcapOf(link uint16, b []byte) []byte {
	le := binary.LittleEndian
	out := le.AppendUint32([]byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0}, uint32(link))
	for hundredths := uint32(0); len(b) >= 3; {
		n := int(b[0] & 0x7f)
		if b[0] >= 0x80 {
			n |= int(b[1]) << 7
			b = b[1:]
		}
		hundredths += uint32(b[1])
		b = b[2:]
		n = min(n, len(b))
		out = le.AppendUint32(le.AppendUint32(out, 1_700_000_000+hundredths/100), hundredths%100*10_000)
		out = le.AppendUint32(le.AppendUint32(out, uint32(n)), uint32(n))
		out = append(out, b[:n]...)
		b = b[n:]
	}
	return out
}

func meterBoth(t *testing.T, one, three *Pipeline, b []byte) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, ok := meterFuzzed(t, one, b)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20+20_000*uint64(len(b)) {
		t.Errorf("%d MiB allocated for %d bytes", n>>20, len(b))
	}
	if again, _ := meterFuzzed(t, three, b); ok && again != got {
		t.Errorf("%+v with one worker, %+v with three", got, again)
	}
}

// meterFuzzed returns what a capture counts, or false if it is none.
func meterFuzzed(t *testing.T, p *Pipeline, b []byte) (Stats, bool) {
	source, err := capture.OpenReader("fuzz", bytes.NewReader(b))
	if err != nil {
		return Stats{}, false
	}
	defer source.Close()
	sink := newTallySink()
	stats, err := p.Run(context.Background(), &flow.Origin{ID: "fuzz"}, source, sink)
	if err != nil {
		t.Errorf("metering failed: %v", err)
	}
	counted := int64(0) // those in flows among them
	for _, n := range stats.Rejected {
		counted += n
	}
	if sink.packets != stats.InFlows() || sink.rows != stats.Flows || stats.Packets != counted || stats.Unread > 0 {
		t.Errorf("%d packets in %d rows of %+v", sink.packets, sink.rows, stats)
	}
	return stats, true
}
