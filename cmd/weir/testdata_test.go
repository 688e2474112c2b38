package main_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/testdata/generate/scenario"
)

// TestCapturesAreGenerated holds testdata/captures to its generator: the same
// files with the same bytes. A gzip file is compared by its content, because
// Go may compress better one day.
func TestCapturesAreGenerated(t *testing.T) {
	const cure = "run: go run ./testdata/generate"
	dir := filepath.Join(moduleRoot(t), "testdata", "captures")
	files, err := scenario.Files()
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]bool{"README.md": true}
	for _, f := range files {
		made[f.Name] = true
		got, err := os.ReadFile(filepath.Join(dir, f.Name))
		if err != nil {
			t.Errorf("%v; %s", err, cure)
			continue
		}
		if !bytes.Equal(unpack(t, f.Name, got), unpack(t, f.Name, f.Bytes)) {
			t.Errorf("%s differs from what its generator writes; %s", f.Name, cure)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !made[e.Name()] {
			t.Errorf("testdata/captures/%s comes from no scenario; give it one in testdata/generate/scenario or remove it", e.Name())
		}
	}
}

// unpack returns the content of a file, decompressed if its name says so.
func unpack(t *testing.T, name string, b []byte) []byte {
	t.Helper()
	if !strings.HasSuffix(name, ".gz") {
		return b
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	content, err := io.ReadAll(z)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return content
}

// moduleRoot returns the folder that holds go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatalf("find the module: %v", err)
	}
	return root
}
