// Package beside finds what tests use if it lies beside the project: captures
// of real traffic, and what other programs say of them.
package beside

import (
	"os"
	"path/filepath"
	"testing"
)

// Path returns the path of a file or folder in the folder named shared beside the
// module, and skips the test where it is absent.
func Path(t testing.TB, elem ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{module(t), "..", "shared"}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs what is not beside the project: %v", err)
	}
	return path
}

// module returns the folder of go.mod, above the package that is tested.
func module(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatal("no go.mod above the test")
	return ""
}
