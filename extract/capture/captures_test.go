package capture

import (
	"bufio"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"weir/testdata/beside"
)

// sums is what the expected answers tell of a capture.
type sums struct {
	packets, bytes int64
	first, last    int64
}

// drain reads a source to its end and checks what holds for any capture.
func drain(t testing.TB, src Source) (sums, error) {
	t.Helper()
	got := sums{first: math.MaxInt64, last: math.MinInt64}
	var s Slab
	for {
		err := src.Read(&s)
		if s.First != got.packets {
			t.Fatalf("slab begins with packet %d, %d came before", s.First, got.packets)
		}
		if err != nil {
			if len(s.Packets) != 0 {
				t.Fatalf("%d packets with error %v", len(s.Packets), err)
			}
			if err == io.EOF {
				err = nil
			}
			return got, err
		}
		if len(s.Packets) == 0 || len(s.Packets) > slabPackets {
			t.Fatalf("slab of %d packets", len(s.Packets))
		}
		end := uint32(0)
		for i, p := range s.Packets {
			if p.Offset < end || len(s.Data(i)) != int(p.Captured) {
				t.Fatalf("packet %d lies at %d+%d, the one before ended at %d", s.First+int64(i), p.Offset, p.Captured, end)
			}
			end = p.Offset + p.Captured
			got.bytes += int64(p.Length)
			got.first, got.last = min(got.first, p.Time), max(got.last, p.Time)
		}
		got.packets += int64(len(s.Packets))
	}
}

func TestSharedCaptures(t *testing.T) {
	f, err := os.Open(beside.Path(t, "expected", "captures.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dir := beside.Path(t, "captures")
	refused := map[string]string{
		"derived-not-a-capture.pcap": "neither pcap nor pcapng",
		"derived-zero-bytes.pcap":    "empty file",
		"fmt-snoop.snoop":            "snoop format",
	}
	lines := bufio.NewScanner(f)
	lines.Scan()
	column := map[string]int{}
	for i, name := range strings.Split(lines.Text(), "\t") {
		column[name] = i
	}
	for lines.Scan() {
		row := strings.Split(lines.Text(), "\t")
		name := row[column["capture"]]
		t.Run(name, func(t *testing.T) {
			src, err := Open(filepath.Join(dir, name))
			if reason, ok := refused[name]; ok {
				var not *NotCaptureError
				if !errors.As(err, &not) || not.Reason != reason {
					t.Fatalf("Open: %v, want not a capture: %s", err, reason)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			got, err := drain(t, src)
			if err != nil {
				t.Fatal(err)
			}
			compareSums(t, got, row, column)
			compareWarnings(t, src.Info().Warning, row[column["warning"]])
		})
	}
}

func compareSums(t *testing.T, got sums, row []string, column map[string]int) {
	for name, v := range map[string]int64{"packets": got.packets, "bytes": got.bytes} {
		if want := row[column[name]]; strconv.FormatInt(v, 10) != want {
			t.Errorf("%s = %d, want %s", name, v, want)
		}
	}
	for name, ns := range map[string]int64{"first_time": got.first, "last_time": got.last} {
		text := ""
		if got.packets > 0 {
			text = time.Unix(0, ns).UTC().Format("2006-01-02T15:04:05.000000Z")
		}
		if want := row[column[name]]; text != want {
			t.Errorf("%s = %s, want %s", name, text, want)
		}
	}
}

// compareWarnings wants as many warnings, each beginning with its kind.
func compareWarnings(t *testing.T, got, want string) {
	if got == "" && want == "" {
		return
	}
	g, w := strings.Split(got, "; "), strings.Split(want, "; ")
	if len(g) != len(w) {
		t.Fatalf("warning %q, want %q", got, want)
	}
	for i := range w {
		if !strings.HasPrefix(g[i], w[i]) {
			t.Errorf("warning %q, want %q", g[i], w[i])
		}
	}
	t.Log(got)
}
