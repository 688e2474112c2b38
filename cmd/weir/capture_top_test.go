package main

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"weir/extract"
)

// TestTopTable: a table keeps to the terminal, whatever its size and the names.
func TestTopTable(t *testing.T) {
	var talks []extract.Talk
	for i := range 30 {
		talks = append(talks, extract.Talk{Name: fmt.Sprintf("tcp [2001:db8:1111:2222:3333:4444:5555:%04x]:65535 <> [2001:db8:1111:2222:3333:4444:6666:7777]:65535", i), Packets: 1e9, Bytes: 1 << 40})
	}
	for _, size := range [][2]int{{80, 24}, {40, 10}, {200, 60}} {
		lines := topTable(talks, talks, size[0], size[1])
		if len(lines) > size[1] || len(lines) < min(size[1]-2, 40) {
			t.Errorf("%d lines in %d rows", len(lines), size[1])
		}
		for _, line := range lines {
			if n := utf8.RuneCountInString(line); n > size[0] {
				t.Errorf("%d characters in %d columns: %s", n, size[0], line)
			}
		}
	}
	if lines := topTable(talks[:1], nil, 80, 24); len(lines) != 4 || !strings.HasSuffix(lines[1], "… 1,000,000,000    1.0 TiB") {
		t.Errorf("%q", lines)
	}
}

func TestTopNeedsTerminal(t *testing.T) {
	if _, messages, code := weir(t, "capture", "lo", "--top"); code != exitUsage || !strings.Contains(messages, "terminal") {
		t.Errorf("status %d: %s", code, messages)
	}
}
