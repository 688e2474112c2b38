//go:build !unix

package main

import "os"

// lockFile opens a file; this system has no lock that a crash releases.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
}
