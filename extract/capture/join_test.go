package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// written writes files of the names and contents given and returns Inputs.
func written(t testing.TB, files ...any) []Input {
	t.Helper()
	dir := t.TempDir()
	var inputs []Input
	for i := 0; i < len(files); i += 2 {
		name := files[i].(string)
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, files[i+1].([]byte), 0o600); err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, Input{Path: path, Name: name})
	}
	return inputs
}

// timed is a classic pcap with a packet for each time in seconds, whose bytes are
// the letter and the packet's number.
func timed(letter string, times ...uint32) []byte {
	o := orders["little"]
	b := pcapFile(o, magicMicro, 0, 1)
	for i, at := range times {
		b = append(b, pcapRecord(o, at, 0, 60, fmt.Appendf(nil, "%s%d", letter, i))...)
	}
	return b
}

// joinedPackets reads all packets and returns them as "file:data", and checks
// numbers and seams.
func joinedPackets(t testing.TB, inputs []Input) (packets []string, j *Joined) {
	t.Helper()
	j, err := Join(t.Context(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	var s Slab
	for {
		err := j.Read(&s)
		if s.First != int64(len(packets)) {
			t.Fatalf("slab begins with packet %d, %d came before", s.First, len(packets))
		}
		if err == io.EOF {
			return packets, j
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Seams) == 0 || s.Seams[0].Packet != 0 {
			t.Fatalf("seams %v", s.Seams)
		}
		file := 0
		seams := s.Seams
		for i := range s.Packets {
			for len(seams) > 0 && seams[0].Packet == i {
				file, seams = seams[0].File, seams[1:]
			}
			packets = append(packets, j.Members()[file].Name+":"+string(s.Data(i)))
		}
	}
}

func TestJoinOrder(t *testing.T) {
	for name, c := range map[string]struct {
		files []any
		want  string
	}{
		"one after the other": {[]any{"x", timed("x", 10, 11), "a", timed("a", 20), "y", timed("y", 1, 2)}, "y:y0 y:y1 x:x0 x:x1 a:a0"},
		"by time":             {[]any{"a", timed("a", 1, 3, 5), "b", timed("b", 2, 4, 6)}, "a:a0 b:b0 a:a1 b:b1 a:a2 b:b2"},
		"equal times":         {[]any{"b", timed("b", 1, 2, 2), "a", timed("a", 1, 2, 3)}, "a:a0 b:b0 a:a1 b:b1 b:b2 a:a2"},
		"one inside another":  {[]any{"a", timed("a", 1, 2, 9), "b", timed("b", 3, 4), "c", timed("c", 5), "d", timed("d", 10)}, "a:a0 a:a1 b:b0 b:b1 c:c0 a:a2 d:d0"},
		"seam at one time":    {[]any{"a", timed("a", 1, 5), "b", timed("b", 5, 6)}, "a:a0 a:a1 b:b0 b:b1"},
		// A packet goes back by 2 within b: so may the seam.
		"disorder at the seam":     {[]any{"a", timed("a", 1, 5), "b", timed("b", 3, 6, 4)}, "a:a0 a:a1 b:b0 b:b1 b:b2"},
		"more than disorder":       {[]any{"a", timed("a", 1, 5), "b", timed("b", 2, 6, 4)}, "a:a0 b:b0 a:a1 b:b1 b:b2"},
		"order within stays":       {[]any{"a", timed("a", 1, 9, 2), "b", timed("b", 0, 30)}, "b:b0 a:a0 a:a1 a:a2 b:b1"},
		"without packets":          {[]any{"e", timed("e"), "a", timed("a", 7)}, "a:a0"},
		"without any packets":      {[]any{"e", timed("e")}, ""},
		"equal bytes count once":   {[]any{"a", timed("a", 1, 2), "b", timed("a", 1, 2)}, "a:a0 a:a1"},
		"times before 1970 in one": {[]any{"a", joined(ngSection(orders["little"]), ngInterface(orders["little"], 1, 0), ngEnhanced(orders["little"], 0, -5e6, 9, []byte("n"))), "b", timed("b", 0)}, "a:n b:b0"},
	} {
		got, _ := joinedPackets(t, written(t, c.files...))
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

// TestJoinInfo checks what is known of the whole.
func TestJoinInfo(t *testing.T) {
	o := orders["little"]
	cut := timed("b", 5, 6)
	ng := joined(ngSection(o), ngInterface(o, 101, 0), ngEnhanced(o, 0, 9e6, 3, []byte("abc")), ngStatistics(o, 0, ngOption(o, optionInterfaceDropped, o.AppendUint64(nil, 7))))
	inputs := written(t, "b.pcap", cut[:len(cut)-1], "a.pcap.gz", zipped(t, "gzip", timed("a", 1)), "c", ng)
	got, j := joinedPackets(t, inputs)
	if want := []string{"a.pcap.gz:a0", "b.pcap:b0", "c:abc"}; !slices.Equal(got, want) {
		t.Errorf("packets %v", got)
	}
	info := j.Info()
	if info.Format != "pcap+gzip,pcap,pcapng" || !slices.Equal(info.Links, []LinkType{1, 101}) || !info.DroppedKnown || info.Dropped != 7 {
		t.Errorf("%+v", info)
	}
	if !strings.HasPrefix(info.Warning, "b.pcap: last record cut off") {
		t.Errorf("warning %q", info.Warning)
	}
	if id := j.Identity(); id.Bytes != info.Consumed || len(id.ID) != 32 {
		t.Errorf("%+v, consumed %d", id, info.Consumed)
	}
}

// TestJoinIdentity: a set of files is itself under other names and in another
// order, and a single file is what it is alone.
func TestJoinIdentity(t *testing.T) {
	id := func(files ...any) string {
		j, err := Join(t.Context(), written(t, files...))
		if err != nil {
			t.Fatal(err)
		}
		return j.Identity().ID
	}
	a, b := timed("a", 1), timed("b", 1)
	both := id("a", a, "b", b)
	if both != id("x", b, "y", a) || both != id("a", a, "b", b, "again", a) {
		t.Error("the identity depends on names, order or copies")
	}
	alone := written(t, "a", a)
	if want, err := Identify(alone[0].Path); err != nil || id("a", a) != want.ID {
		t.Error("a single file has another identity than alone")
	}
	if both == id("a", a) || both == id("a", a, "b", b, "c", timed("c")) {
		t.Error("other sets have the same identity")
	}
}

func TestJoinFails(t *testing.T) {
	good := written(t, "a", timed("a", 1), "b", timed("b", 2), "no", []byte("no capture at all"))
	var not *NotCaptureError
	if _, err := Join(t.Context(), good); !errors.As(err, &not) || !strings.Contains(err.Error(), good[2].Path) {
		t.Errorf("not a capture: %v", err)
	}
	if _, err := Join(t.Context(), nil); err == nil {
		t.Error("nothing to join is no error")
	}
	if _, err := Join(t.Context(), []Input{{Path: filepath.Join(t.TempDir(), "none")}}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Join(ctx, good[:2]); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	j, err := Join(t.Context(), good[:2])
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if err := os.WriteFile(good[1].Path, timed("b", 2, 3), 0o600); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		err = j.Read(new(Slab))
	}
	if !strings.Contains(err.Error(), "changed while it was read") {
		t.Errorf("a changed file: %v", err)
	}
}

// TestJoinSlabs merges two captures packet by packet over many slabs, with
// packets of all sizes, and wants the uncut one's packets, cut by bytes alone.
func TestJoinSlabs(t *testing.T) {
	o := orders["little"]
	want := collectBytes(t, mixed())
	parts := [2][]byte{}
	for i := range parts {
		parts[i] = joined(ngSection(o), ngInterface(o, 1, 700000))
	}
	for i, p := range want.records {
		parts[i%2] = append(parts[i%2], ngEnhanced(o, 0, int64(i), p.Length, []byte(p.data))...)
	}
	var cuts [2][]int
	for round := range cuts {
		j, err := Join(t.Context(), written(t, "a", parts[0], "b", zipped(t, "gzip", parts[1])))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		var s Slab
		for j.Read(&s) == nil {
			cuts[round] = append(cuts[round], len(s.Packets))
			for i := range s.Packets {
				if string(s.Data(i)) != want.records[n].data {
					t.Fatalf("packet %d differs", n)
				}
				n++
			}
			if len(s.Packets) > slabPackets || len(s.Packets) > 1 && len(s.Bytes) > slabBytes {
				t.Errorf("slab of %d packets, %d bytes", len(s.Packets), len(s.Bytes))
			}
			if round == 1 {
				s = Slab{}
			}
		}
		if n != len(want.records) {
			t.Fatalf("%d packets, want %d", n, len(want.records))
		}
		j.Close()
	}
	if !slices.Equal(cuts[0], cuts[1]) {
		t.Error("cuts depend on the caller's slabs")
	}
}

// TestJoinLendsFiles reads files that follow each other without a copy: the
// slabs are those of the files.
func TestJoinLendsFiles(t *testing.T) {
	a, b := made(t, "pcap", 20000, 100), timed("b", 4e9)
	want := append(collectBytes(t, a).cuts, 1)
	j, err := Join(t.Context(), written(t, "a", a, "b", b))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	var cuts []int
	var s Slab
	for j.Read(&s) == nil {
		cuts = append(cuts, len(s.Packets))
	}
	if !slices.Equal(cuts, want) {
		t.Errorf("slabs %v, want %v", cuts, want)
	}
}

// FuzzJoin joins two files of any bytes: every packet of each comes, once and in its order.
func FuzzJoin(f *testing.F) {
	f.Add(timed("a", 1, 5, 3), timed("b", 2, 9))
	f.Add(timed("a", 1, 5), timed("b"))
	f.Add(mixed()[:2000], timed("b", 0, 4e9))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		inputs := written(t, "a", a, "b", b)
		j, err := Join(t.Context(), inputs)
		if err != nil || bytes.Equal(a, b) {
			t.Skip()
		}
		defer j.Close()
		got := map[string][]string{}
		var s Slab
		for {
			err := j.Read(&s)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			file, seams := 0, s.Seams
			for i := range s.Packets {
				for len(seams) > 0 && seams[0].Packet == i {
					file, seams = seams[0].File, seams[1:]
				}
				name := j.Members()[file].Name
				got[name] = append(got[name], string(s.Data(i)))
			}
		}
		for name, bytes := range map[string][]byte{"a": a, "b": b} {
			want := collectBytes(t, bytes).records
			if len(want) != len(got[name]) {
				t.Fatalf("%s: %d packets, want %d", name, len(got[name]), len(want))
			}
			for i := range want {
				if want[i].data != got[name][i] {
					t.Fatalf("%s: packet %d differs", name, i)
				}
			}
		}
	})
}
