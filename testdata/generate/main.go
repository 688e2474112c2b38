// Command generate writes the captures of testdata/captures:
//
//	go run ./testdata/generate [DIRECTORY]
//
// The directory is testdata/captures unless another is named. The bytes
// depend on nothing but the source, so a second run changes no file.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"weir/testdata/generate/scenario"
)

func main() {
	dir := filepath.Join("testdata", "captures")
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	if err := write(dir); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// write puts every capture into dir, which it makes if it is not there.
func write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files, err := scenario.Files()
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Bytes, 0o644); err != nil {
			return err
		}
	}
	return nil
}
