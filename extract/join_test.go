package extract

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"weir/extract/capture"
	"weir/extract/flow"
	"weir/testdata/beside"
)

// packets are the packets of a capture, kept.
type packets struct {
	list []capture.Packet
	data [][]byte
}

func readPackets(t *testing.T, path string) packets {
	t.Helper()
	source, err := capture.Open(path)
	if err != nil {
		t.Skip(err)
	}
	defer source.Close()
	var all packets
	var s capture.Slab
	for {
		err := source.Read(&s)
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range s.Packets {
			all.list = append(all.list, s.Packets[i])
			all.data = append(all.data, slices.Clone(s.Data(i)))
		}
	}
}

// inOrder tells whether a cut before packet n leaves two files of which the
// second follows the first: its first packet is the later one, and it is
// before the first's latest by no more than packets go back in either.
func (p packets) inOrder(n int) bool {
	if p.list[n].Time < p.list[0].Time {
		return false
	}
	latest := p.list[0].Time
	back := func(part []capture.Packet) (most int64) {
		latest = part[0].Time
		for _, x := range part {
			latest = max(latest, x.Time)
			most = max(most, latest-x.Time)
		}
		return most
	}
	second := back(p.list[n:])
	first := back(p.list[:n])
	return latest-p.list[n].Time <= max(first, second)
}

// write writes packets from up to to as a pcapng in nanoseconds, with an
// interface for each link type.
func (p packets) write(t *testing.T, path string, from, to int) {
	t.Helper()
	o := binary.LittleEndian
	block := func(b []byte, kind uint32, body []byte) []byte {
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		b = o.AppendUint32(b, kind)
		b = o.AppendUint32(b, uint32(len(body)+12))
		b = append(b, body...)
		return o.AppendUint32(b, uint32(len(body)+12))
	}
	section := o.AppendUint32(nil, 0x1a2b3c4d)
	section = o.AppendUint32(section, 1)
	b := block(nil, 0x0a0d0d0a, o.AppendUint64(section, 1<<64-1))
	interfaces := map[capture.LinkType]uint32{}
	for i := from; i < to; i++ {
		x := p.list[i]
		number, ok := interfaces[x.Link]
		switch {
		case x.Malformed:
			number = 9999
		case !ok:
			number = uint32(len(interfaces))
			interfaces[x.Link] = number
			body := o.AppendUint16(nil, uint16(x.Link))
			body = o.AppendUint16(body, 0)
			body = o.AppendUint32(body, 1<<30)
			body = append(body, 9, 0, 1, 0, 9, 0, 0, 0) // if_tsresol: 10^-9
			b = block(b, 1, body)
		}
		at := x.Time
		if x.Malformed {
			at /= 1000 // of an undeclared interface, so microseconds
		}
		body := o.AppendUint32(nil, number)
		body = o.AppendUint32(body, uint32(uint64(at)>>32))
		body = o.AppendUint32(body, uint32(at))
		body = o.AppendUint32(body, x.Captured)
		body = o.AppendUint32(body, x.Length)
		b = block(b, 6, append(body, p.data[i]...))
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// meterJoined meters files as one capture and returns all rows of all tables
// without what names the capture.
func meterJoined(t *testing.T, workers int, paths ...string) ([]row, Stats) {
	t.Helper()
	var inputs []capture.Input
	for _, p := range paths {
		inputs = append(inputs, capture.Input{Path: p, Name: filepath.Base(p)})
	}
	source, err := capture.Join(t.Context(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	c := DefaultConfig()
	c.Workers = workers
	sink := newMemorySink()
	// One identity for all, so that flow_uid can be compared too.
	stats, err := NewPipeline(c, NewCatalogues()).Run(context.Background(), &flow.Origin{ID: "joined"}, source, sink)
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for _, table := range NewCatalogues().Tables() {
		rows = append(rows, sink.rows(table.Name)...)
	}
	return rows, stats
}

// sameFlows compares rows but for their source, and checks that against the cuts.
func sameFlows(t *testing.T, what string, want, got []row, cuts ...int) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%s: %d rows, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		w, g := maps.Clone(want[i].values), maps.Clone(got[i].values)
		if g["flow_uid"] != nil && g["end_reason"] != nil {
			file := 0
			for file < len(cuts) && want[i].key.Packet >= int64(cuts[file]) {
				file++
			}
			if name := fmt.Sprintf("%d.pcapng", file); g["source"] != name {
				t.Errorf("%s: the flow of packet %d is of %v, want %s", what, want[i].key.Packet, g["source"], name)
			}
		}
		delete(w, "source")
		delete(g, "source")
		if !reflect.DeepEqual(w, g) || want[i].key != got[i].key {
			t.Errorf("%s: row %d differs\n got %v\nwant %v", what, i, g, w)
			return
		}
	}
}

// checkCuts cuts a capture before the packets given, joins the parts, and
// wants the flows of the whole.
func checkCuts(t *testing.T, p packets, cuts []int) {
	t.Helper()
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.pcapng")
	p.write(t, whole, 0, len(p.list))
	want, stats := meterJoined(t, 2, whole)
	for _, cut := range cuts {
		if !p.inOrder(cut) {
			continue
		}
		parts := []string{filepath.Join(dir, "0.pcapng"), filepath.Join(dir, "1.pcapng")}
		p.write(t, parts[0], 0, cut)
		p.write(t, parts[1], cut, len(p.list))
		got, sums := meterJoined(t, 1+cut%3, parts[1], parts[0])
		sameFlows(t, fmt.Sprintf("cut before packet %d of %d", cut, len(p.list)), want, got, cut)
		if sums != stats {
			t.Errorf("cut before packet %d: sums %+v, want %+v", cut, sums, stats)
		}
	}
}

// TestCutAnywhere cuts the project's own captures before every packet.
func TestCutAnywhere(t *testing.T) {
	dir := filepath.Join("..", "testdata", "captures")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.Contains(e.Name(), ".pcap") {
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			p := readPackets(t, filepath.Join(dir, e.Name()))
			var cuts []int
			for n := 1; n < len(p.list); n++ {
				cuts = append(cuts, n)
			}
			checkCuts(t, p, cuts)
		})
	}
}

// TestCutCaptures cuts real captures in a few places.
func TestCutCaptures(t *testing.T) {
	if testing.Short() {
		t.Skip("many captures")
	}
	dir := beside.Path(t, "captures")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, e := range entries {
		t.Run(e.Name(), func(t *testing.T) {
			p := readPackets(t, filepath.Join(dir, e.Name()))
			if len(p.list) < 2 {
				t.Skip("nothing to cut")
			}
			cuts := []int{1 + r.IntN(len(p.list)-1)}
			if len(p.list) < 2000 {
				cuts = append(cuts, 1+r.IntN(len(p.list)-1), len(p.list)-1)
			}
			for _, n := range cuts {
				if !p.inOrder(n) {
					t.Logf("not in time order at packet %d", n)
				}
			}
			checkCuts(t, p, cuts)
		})
	}
}

// TestDealtOut deals a capture out to three files packet by packet: merged by
// time they are the capture again.
func TestDealtOut(t *testing.T) {
	p := readPackets(t, filepath.Join("..", "testdata", "captures", "web-dns-http.pcap"))
	for i := range p.list {
		p.list[i].Time += int64(i) // no two of equal time
	}
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.pcapng")
	p.write(t, whole, 0, len(p.list))
	want, _ := meterJoined(t, 2, whole)
	var paths []string
	for file := range 3 {
		var some packets
		for i := file; i < len(p.list); i += 3 {
			some.list, some.data = append(some.list, p.list[i]), append(some.data, p.data[i])
		}
		paths = append(paths, filepath.Join(dir, fmt.Sprintf("%d.pcapng", file)))
		some.write(t, paths[file], 0, len(some.list))
	}
	got, _ := meterJoined(t, 2, paths...)
	for i := range got {
		if s := got[i].values["source"]; got[i].values["end_reason"] != nil && s != fmt.Sprintf("%d.pcapng", got[i].key.Packet%3) {
			t.Errorf("the flow of packet %d is of %v", got[i].key.Packet, s)
		}
		if got[i].values["source"] != nil {
			got[i].values["source"], want[i].values["source"] = nil, nil
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("other rows than those of the capture")
	}
}
