package capture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// TestLongLinkTypesAreWritten has that of cooked captures, version 2.
func TestLongLinkTypesAreWritten(t *testing.T) {
	var file bytes.Buffer
	buffer := bufio.NewWriter(&file)
	w, err := newPcapngWriter(buffer, "weir")
	if err != nil {
		t.Fatal(err)
	}
	const cooked = 276
	if _, err := w.addInterface(cooked, 96); err != nil {
		t.Fatal(err)
	}
	at := buffer.Buffered() - 32 + 8
	if buffer.Flush(); binary.LittleEndian.Uint16(file.Bytes()[at:]) != cooked {
		t.Errorf("the interface is written as % x", file.Bytes()[at-8:])
	}
}

// TestPcapngIsWrittenAsOthersDo compares what is written with what gopacket writes of the same packets.
func TestPcapngIsWrittenAsOthersDo(t *testing.T) {
	var ours, theirs bytes.Buffer
	buffer := bufio.NewWriter(&ours)
	w, err := newPcapngWriter(buffer, "weir")
	if err != nil {
		t.Fatal(err)
	}
	links := []LinkType{1, 113, 228} // gopacket cuts those above 255
	var other *pcapgo.NgWriter
	for i, link := range links {
		if number, err := w.addInterface(link, 65535+i); number != i || err != nil {
			t.Fatalf("interface %d has number %d: %v", i, number, err)
		}
		description := pcapgo.NgInterface{LinkType: layers.LinkType(link), SnapLength: uint32(65535 + i)}
		if i == 0 {
			other, err = pcapgo.NewNgWriterInterface(&theirs, description, pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "weir"}})
		} else {
			_, err = other.AddInterface(description)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		data := make([]byte, r.IntN(70))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		number, ns, length := r.IntN(len(links)), r.Int64N(1<<62), len(data)+r.IntN(3)
		if err := w.packet(number, ns, length, data); err != nil {
			t.Fatal(err)
		}
		info := gopacket.CaptureInfo{Timestamp: time.Unix(0, ns), CaptureLength: len(data), Length: length, InterfaceIndex: number}
		if err := other.WritePacket(info, data); err != nil {
			t.Fatal(err)
		}
	}
	if buffer.Flush() != nil || other.Flush() != nil || !bytes.Equal(ours.Bytes(), theirs.Bytes()) {
		t.Errorf("%d bytes differ from gopacket's %d", ours.Len(), theirs.Len())
	}
}
