package capture

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPut copies packets, with the tag that a device has taken off put back
// where it was.
func TestPut(t *testing.T) {
	frame := []byte("DDDDDDSSSSSS\x08\x00payload")
	p := &portion{}
	p.put(frame, 100, 5, ethernet, -1)
	p.put(frame, 100, 6, ethernet, 0x123)
	p.put(frame, 100, 7, rawIP, 1) // no link header that could hold a tag
	p.put(frame[:4], 4, 8, ethernet, 1)
	want := []struct {
		data   string
		length uint32
	}{
		{string(frame), 100},
		{"DDDDDDSSSSSS\x81\x00\x01\x23\x08\x00payload", 104},
		{string(frame), 100},
		{"DDDD", 4},
	}
	for i, w := range want {
		if x := p.slab.Packets[i]; string(p.slab.Data(i)) != w.data || x.Length != w.length || x.Time != int64(5+i) {
			t.Errorf("packet %d is %q of %d bytes at %d; want %q of %d", i, p.slab.Data(i), x.Length, x.Time, w.data, w.length)
		}
	}
}

// TestPortionIsFull gives portions away before they grow or wait.
func TestPortionIsFull(t *testing.T) {
	p := &portion{}
	if p.isFull() {
		t.Error("an empty portion is full")
	}
	p.put(make([]byte, 60), 60, 0, ethernet, -1)
	p.put(make([]byte, 60), 60, int64(tick), ethernet, -1)
	if p.isFull() {
		t.Error("a portion is full after a tenth of a second")
	}
	p.put(make([]byte, 60), 60, int64(tick)+1, ethernet, -1)
	if !p.isFull() {
		t.Error("packets wait longer than a tenth of a second")
	}
	p = &portion{}
	for range slabPackets {
		p.put(nil, 0, 0, ethernet, -1)
	}
	if !p.isFull() {
		t.Error("a portion has more packets than a slab")
	}
}

// given is a source of slabs that are given.
type given struct {
	slabs []Slab
	end   error
}

func (g *given) Read(s *Slab) error {
	if len(g.slabs) == 0 {
		return g.end
	}
	*s, g.slabs = g.slabs[0], g.slabs[1:]
	return nil
}

func (g *given) Info() Info   { return Info{} }
func (g *given) Close() error { return nil }

// TestRecord keeps what it passes on, in files that are rotated by size and are whole
// captures, and ends as the source does.
func TestRecord(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kept")
	var slabs []Slab
	var want [][]byte
	for i := range 40 {
		p := &portion{}
		for j := range 5 {
			data := bytes.Repeat([]byte{byte(i), byte(j)}, 30+j)
			link := []LinkType{ethernet, rawIP}[i%2]
			p.put(data, uint32(len(data)), int64(i*5+j)*int64(time.Second)+7, link, -1)
			want = append(want, data)
		}
		slabs = append(slabs, p.slab)
	}
	r, err := Record(&given{slabs, io.EOF}, RecordOptions{Dir: dir, Stem: "eth0", Bytes: 4000, Snaplen: 65535})
	if err != nil {
		t.Fatal(err)
	}
	var s Slab
	for err == nil {
		err = r.Read(&s)
	}
	if err != io.EOF {
		t.Fatalf("ends with %v", err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 3 {
		t.Errorf("%d files; want several of about 4,000 bytes", len(files))
	}
	for _, f := range files {
		if !strings.HasPrefix(f.Name(), "eth0-19700101T00") || !strings.HasSuffix(f.Name(), ".pcapng") {
			t.Errorf("a file is called %s", f.Name())
		}
		source, err := Open(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for source.Read(&s) == nil {
			for i := range s.Packets {
				if len(want) == 0 || !bytes.Equal(s.Data(i), want[0]) || s.Packets[i].Time%int64(time.Second) != 7 {
					t.Fatalf("%s: packet %d is another one, or of another time", f.Name(), s.First+int64(i))
				}
				want = want[1:]
			}
		}
		if w := source.Info().Warning; w != "" {
			t.Errorf("%s: %s", f.Name(), w)
		}
		source.Close()
	}
	if len(want) > 0 {
		t.Errorf("%d packets were not kept", len(want))
	}
}
