package capture

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"lukechampine.com/blake3"
)

// planted makes files below a new directory: name to content, a trailing
// slash for a directory, an arrow for a symbolic link.
func planted(t *testing.T, files map[string][]byte) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		name, target, link := strings.Cut(name, "->")
		path := filepath.Join(root, name)
		dir := filepath.Dir(path)
		if strings.HasSuffix(name, "/") {
			dir = path
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		switch {
		case link:
			err = os.Symlink(target, path)
		case dir != path:
			err = os.WriteFile(path, content, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestFind(t *testing.T) {
	o := orders["little"]
	pcap, ng := pcapFile(o, magicMicro, 0, 1), ngSection(o)
	root := planted(t, map[string][]byte{
		"tree/b.txt":                     pcap,
		"tree/a/z.pcap":                  ng,
		"tree/a/notes.txt":               []byte("text"),
		"tree/a/empty.pcap":              nil,
		"tree/c/y":                       zipped(t, "gzip", ng),
		"tree/c/x":                       zipped(t, "zstd", pcap),
		"tree/c/cut":                     pcap[:10],
		"tree/c/loop->..":                nil,
		"tree/c/self->self":              nil,
		"tree/c/nowhere->gone":           nil,
		"tree/d->../beside":              nil,
		"beside/linked.pcap":             pcap,
		"tree/w/flows/_delta_log/0.json": []byte("{}"),
		"tree/w/flows/p.pcap":            pcap,
		"none/readme.md":                 []byte("nothing here"),
		"none/sub/":                      nil,
	})
	at := func(name string) string { return filepath.Join(root, name) }
	found := Find([]string{at("none"), at("tree"), at("missing"), at("none/readme.md"), "-", at("tree/b.txt"), os.DevNull})
	var got []string
	for _, e := range found.Entries {
		rel := strings.TrimPrefix(e.Path, root+"/")
		if e.Err != nil {
			rel += " !"
		}
		got = append(got, rel)
	}
	want := []string{"none !", "tree/a/z.pcap", "tree/b.txt", "tree/c/cut !", "tree/c/x", "tree/c/y", "tree/d/linked.pcap",
		"missing !", "none/readme.md !", "-", "tree/b.txt", os.DevNull}
	if !slices.Equal(got, want) {
		t.Fatalf("found %q\nwant %q", got, want)
	}
	var ignored []string
	for _, e := range found.Ignored {
		ignored = append(ignored, strings.TrimPrefix(e.Err.Error(), root+"/"))
	}
	want = []string{"none/readme.md: not a capture: neither pcap nor pcapng", "tree/a/empty.pcap: not a capture: empty file",
		"tree/a/notes.txt: not a capture: neither pcap nor pcapng", "tree/c/nowhere: not a capture: link that leads nowhere",
		"tree/c/self: not a capture: link that leads nowhere"}
	if !slices.Equal(ignored, want) {
		t.Errorf("ignored %q\nwant %q", ignored, want)
	}
	e := found.Entries
	var not *NotCaptureError
	switch {
	case !strings.Contains(e[0].Err.Error(), at("none")+": no captures in this directory (other files: 1)"):
		t.Error(e[0].Err)
	case !strings.Contains(e[3].Err.Error(), "pcap file header cut off"):
		t.Error(e[3].Err)
	case !errors.Is(e[7].Err, fs.ErrNotExist) || !strings.Contains(e[7].Err.Error(), at("missing")):
		t.Error(e[7].Err)
	case !errors.As(e[8].Err, &not) || !strings.HasPrefix(not.Error(), at("none/readme.md")+": not a capture: "):
		t.Error(e[8].Err)
	case !e[9].Stream || !e[11].Stream || e[10].Stream:
		t.Error("streams are standard input and what is no regular file")
	case e[1].Bytes != int64(len(ng)) || e[10].Bytes != int64(len(pcap)):
		t.Error("sizes are not those of the files")
	}
	if found := Find([]string{at("tree/w/flows")}); found.Entries[0].Err == nil {
		t.Error("a table was searched for captures")
	}
}

func TestOpenErrors(t *testing.T) {
	root := planted(t, map[string][]byte{"text.pcap": []byte("text")})
	var not *NotCaptureError
	if _, err := Open(filepath.Join(root, "text.pcap")); !errors.As(err, &not) {
		t.Error(err)
	}
	if _, err := Open(filepath.Join(root, "gone")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := Open(root); err == nil || !strings.HasSuffix(err.Error(), "is a directory") {
		t.Error(err)
	}
	if _, err := Identify(root); err == nil || !strings.HasSuffix(err.Error(), "is a directory") {
		t.Error(err)
	}
}

func TestIdentify(t *testing.T) {
	root := t.TempDir()
	seen := map[string]bool{}
	for _, size := range []int{0, 1, hashBytesMin, hashBytesMax, hashBytesMax + 1, 3*hashBytesMax + 12345} {
		data := bytes.Repeat([]byte("0123456789abcde"), size/15+1)[:size]
		sum := blake3.Sum256(data)
		want := Identity{hex.EncodeToString(sum[:16]), int64(size)}
		for _, name := range []string{"a.pcap", "another name"} {
			path := filepath.Join(root, name)
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
			if got, err := Identify(path); got != want || err != nil {
				t.Errorf("%d bytes: %v, %v; want %v", size, got, err, want)
			}
		}
		seen[want.ID] = true
	}
	if len(seen) != 6 {
		t.Error("different contents have one identity")
	}
	// The hash of nothing, as BLAKE3's authors publish it.
	if !seen["af1349b9f5f9a1a6a0404dea36dcc949"] {
		t.Error("the identity is not BLAKE3")
	}
}

func TestSpool(t *testing.T) {
	dir := t.TempDir()
	data := made(t, "pcap", 50000, 60)
	path, err := Spool(iotest.HalfReader(bytes.NewReader(data)), dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); !bytes.Equal(got, data) || err != nil || filepath.Dir(path) != dir {
		t.Errorf("%s: %d bytes, %v", path, len(got), err)
	}
	os.Remove(path)
	broken := errors.New("broken pipe")
	if _, err := Spool(iotest.ErrReader(broken), dir); !errors.Is(err, broken) {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%d files left behind", len(left))
	}
	if _, err := Spool(bytes.NewReader(data), filepath.Join(dir, "gone")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
