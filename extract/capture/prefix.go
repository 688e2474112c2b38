package capture

import (
	"errors"
	"io"
)

// OpenPrefix opens a capture file of which only the first so many bytes are read:
// what a program appends to it meanwhile is not seen. The caller must close the source.
func OpenPrefix(path string, bytes int64) (Source, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	src, err := open(path, io.LimitReader(f, bytes))
	if err != nil {
		f.Close()
		return nil, err
	}
	stop := src.close
	src.close = func() error { return errors.Join(stop(), f.Close()) }
	return src, nil
}

// IdentifyPrefix hashes the first so many bytes of a file. There may be fewer.
func IdentifyPrefix(path string, bytes int64) (Identity, error) {
	f, err := openFile(path)
	if err != nil {
		return Identity{}, err
	}
	defer f.Close()
	return identifyStream(path, io.LimitReader(f, bytes), bytes)
}

// Begins returns the time of the first packet of a capture's first so many bytes, in
// nanoseconds since 1970-01-01 UTC, and whether there is one. The error is a
// *NotCaptureError if the file is something else.
func Begins(path string, bytes int64) (first int64, any bool, err error) {
	source, err := OpenPrefix(path, bytes)
	if err != nil {
		return 0, false, err
	}
	defer source.Close()
	var s Slab
	if err := source.Read(&s); err != nil {
		if err == io.EOF {
			err = nil
		}
		return 0, false, err
	}
	return s.Packets[0].Time, true, nil
}
