package capture

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPcapFields(t *testing.T) {
	const late = 4200000000 // a second that is negative as int32
	for name, o := range orders {
		for _, c := range []struct {
			magic uint32
			frac  uint32
			want  int64
		}{
			{magicMicro, 123456, late*1e9 + 123456000},
			{magicNano, 123456, late*1e9 + 123456},
			{magicMicro, 4294967295, late*1e9 + 4294967295000},
			{magicNano, 4294967295, late*1e9 + 4294967295},
		} {
			file := joined(pcapFile(o, c.magic, 65535, 0xabcd0071), pcapRecord(o, late, c.frac, 1500, []byte("hello")))
			res := collectBytes(t, file)
			want := []record{{Packet{Time: c.want, Captured: 5, Length: 1500, Link: 113}, "hello"}}
			if !slices.Equal(res.records, want) {
				t.Errorf("%s %x: %+v, want %+v", name, c.magic, res.records, want)
			}
			if i := res.info; i.Format != "pcap" || !slices.Equal(i.Links, []LinkType{113}) || i.Warning != "" || i.DroppedKnown || i.Consumed != int64(len(file)) {
				t.Errorf("%s %x: info %+v", name, c.magic, i)
			}
		}
	}
}

func TestPcapKuznetzovRecords(t *testing.T) {
	for name, o := range orders {
		r := pcapRecord(o, 7, 8, 99, []byte("hello"))
		r = joined(r[:16], make([]byte, 8), r[16:])
		res := collectBytes(t, joined(pcapFile(o, 0xa1b2cd34, 65535, 1), r, r))
		want := record{Packet{Time: 7000008000, Captured: 5, Length: 99, Link: 1}, "hello"}
		if !slices.Equal(res.records, []record{want, want}) {
			t.Errorf("%s: %+v", name, res.records)
		}
	}
}

func TestPcapImpossibleLength(t *testing.T) {
	for _, c := range []struct {
		snaplen  uint32
		captured int
		possible bool
	}{
		{0, 262144, true},
		{96, 262144, true},
		{96, 262145, false},
		{0, 262145, false},
		{300000, 300000, true},
		{300000, 300001, false},
	} {
		o := orders["little"]
		small := pcapRecord(o, 1, 0, 3, []byte("abc"))
		file := joined(pcapFile(o, magicMicro, c.snaplen, 1), small, pcapRecord(o, 2, 0, 5, make([]byte, c.captured)), small)
		res := collectBytes(t, file)
		want, warning := 3, ""
		if !c.possible {
			want, warning = 1, "impossible record length"
		}
		if len(res.records) != want || !strings.HasPrefix(res.info.Warning, warning) || (warning == "") != (res.info.Warning == "") {
			t.Errorf("snaplen %d, captured %d: %d packets, warning %q", c.snaplen, c.captured, len(res.records), res.info.Warning)
		}
		if !c.possible && !strings.HasSuffix(res.info.Warning, "at byte 43, after 1 packet") {
			t.Errorf("warning %q does not tell the place", res.info.Warning)
		}
	}
}

func TestRefused(t *testing.T) {
	o := orders["big"]
	for _, c := range []struct {
		name   string
		file   []byte
		reason string // of a NotCaptureError; else the text of another error
		not    bool
	}{
		{"empty", nil, "empty file", true},
		{"text", []byte("time,src,dst\n"), "neither pcap nor pcapng", true},
		{"short", []byte{0xd4}, "neither pcap nor pcapng", true},
		{"snoop", []byte("snoop\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x04"), "snoop format", true},
		{"modified", pcapFile(o, 0xa1b234cd, 1, 1), "test: modified pcap format 0xa1b234cd cannot be read", false},
		{"pcapng of another version", append(append(bytes.Clone(ngSection(o)[:12]), 2, 2), ngSection(o)[14:]...), "test: pcapng of major version 514 cannot be read", false},
		{"blank lines", append([]byte("\n\r\r\n"), make([]byte, 40)...), "neither pcap nor pcapng", true},
		{"text in gzip", zipped(t, "gzip", []byte("time,src,dst\n")), "neither pcap nor pcapng in gzip", true},
		{"nothing in gzip", zipped(t, "gzip", nil), "empty gzip stream", true},
		{"cut pcap", pcapFile(o, magicMicro, 1, 1)[:23], "test: pcap file header cut off after 23 of 24 bytes", false},
		{"cut pcapng", ngSection(o)[:27], "test: pcapng section header cut off after 27 bytes", false},
		{"zstd window of 256 MiB", []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 18 << 3, 2, 0x10, 0, 'a'}, "test: zstd window larger than 128 MiB, or than 64 MiB in a file of less than 64 KiB", false},
		{"gzip header only", []byte{0x1f, 0x8b, 8}, "gzip stream cut off at its beginning", true},
		{"gzip of nonsense", append([]byte{0x1f, 0x8b}, "nonsense"...), "gzip stream damaged (gzip: invalid header) at its beginning", true},
	} {
		_, err := OpenReader("test", bytes.NewReader(c.file))
		var not *NotCaptureError
		switch {
		case err == nil:
			t.Errorf("%s: opened", c.name)
		case errors.As(err, &not) != c.not:
			t.Errorf("%s: error %T %v", c.name, err, err)
		case c.not && (not.Reason != c.reason || not.Name != "test"):
			t.Errorf("%s: %v", c.name, err)
		case !c.not && err.Error() != c.reason:
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if got := (&NotCaptureError{"x.txt", "empty file"}).Error(); got != "x.txt: not a capture: empty file" {
		t.Error(got)
	}
}

// TestGopacketWriters reads what an independent writer has written.
func TestGopacketWriters(t *testing.T) {
	const n, size = 10000, 61
	for _, format := range []string{"pcap", "pcap-ns", "pcapng"} {
		res := collectBytes(t, made(t, format, n, size))
		if len(res.records) != n || res.info.Warning != "" {
			t.Fatalf("%s: %d packets, warning %q", format, len(res.records), res.info.Warning)
		}
		for i, r := range res.records {
			want := Packet{Time: time.Unix(1700000000, int64(i)*1000).UnixNano(), Captured: size, Length: uint32(size + i%7), Link: 1}
			if r.Packet != want || r.data[:4] != string([]byte{0, 0, byte(i >> 8), byte(i)}) {
				t.Fatalf("%s: packet %d is %+v, want %+v", format, i, r, want)
			}
		}
	}
}
