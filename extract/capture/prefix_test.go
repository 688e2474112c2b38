package capture

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestPrefix reads the beginning of a file and nothing that comes after it.
func TestPrefix(t *testing.T) {
	first, second := timed("a", 3, 5), timed("b", 7)[24:]
	path := filepath.Join(t.TempDir(), "a.pcap")
	if err := os.WriteFile(path, append(bytes.Clone(first), second...), 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := OpenPrefix(path, int64(len(first)))
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	var s Slab
	if err := source.Read(&s); err != nil || len(s.Packets) != 2 {
		t.Errorf("%d packets, %v; want the 2 of the prefix", len(s.Packets), err)
	}
	if err := source.Read(&s); err == nil || source.Info().Warning != "" {
		t.Errorf("after the prefix: %v, warning %q", err, source.Info().Warning)
	}
	whole, alone := filepath.Join(t.TempDir(), "w"), filepath.Join(t.TempDir(), "w")
	if err := errors.Join(os.WriteFile(whole, first, 0o600), os.WriteFile(alone, second, 0o600)); err != nil {
		t.Fatal(err)
	}
	want, err := Identify(whole)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := IdentifyPrefix(path, int64(len(first))); err != nil || got != want {
		t.Errorf("identity of the prefix %v, %v; want %v", got, err, want)
	}
	if at, any, err := Begins(path, int64(len(first))); err != nil || !any || at != 3e9 {
		t.Errorf("begins at %d, %v, %v", at, any, err)
	}
	if _, any, err := Begins(path, 24); err != nil || any {
		t.Errorf("a file of a header alone: %v, %v", any, err)
	}
	var not *NotCaptureError
	if _, _, err := Begins(alone, 100); !errors.As(err, &not) {
		t.Errorf("no capture: %v", err)
	}
}

// TestIsWritten: a file that is open for writing is told from one that was.
func TestIsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcap")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if written, known := IsWritten(path); !known {
		t.Skip("the file system does not tell")
	} else if !written {
		t.Error("a file that is open for writing is taken for closed")
	}
	f.Close()
	if written, known := IsWritten(path); written || !known {
		t.Errorf("a closed file: written %v, known %v", written, known)
	}
	if _, known := IsWritten(path + "x"); known {
		t.Error("a missing file is known")
	}
}
