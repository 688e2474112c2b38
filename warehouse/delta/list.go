package delta

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	digits         = 20 // of a version in a file name
	lastCheckpoint = "_last_checkpoint"
)

// listing says which versions the log's directory holds.
type listing struct {
	commits     []int64      // ascending
	checkpoints []checkpoint // newest first
}

// checkpoint names the files of one: a single one, or the parts that other
// programs may have written.
type checkpoint struct {
	version int64
	files   []string
}

func (l *Log) commitFile(version int64) string {
	return filepath.Join(l.dir, fmt.Sprintf("%020d.json", version))
}

func (l *Log) checkpointFile(version int64) string {
	return filepath.Join(l.dir, fmt.Sprintf("%020d.checkpoint.parquet", version))
}

// list reads the log's directory. An empty or missing one is ErrNoTable.
func (l *Log) list() (listing, error) {
	var list listing
	names, err := l.fs.ReadDir(l.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return list, ErrNoTable
	}
	if err != nil {
		return list, fmt.Errorf("list log: %w", err)
	}
	slices.Sort(names)
	for _, name := range names {
		version, kind, ok := splitName(name)
		switch {
		case !ok:
		case kind == "json":
			list.commits = append(list.commits, version)
		case kind == "checkpoint.parquet":
			list.checkpoints = append(list.checkpoints, checkpoint{version, []string{filepath.Join(l.dir, name)}})
		case strings.HasPrefix(kind, "checkpoint."):
			if c, ok := l.parts(names, name, version, kind); ok {
				list.checkpoints = append(list.checkpoints, c)
			}
		}
	}
	slices.SortStableFunc(list.checkpoints, func(a, b checkpoint) int { return int(b.version - a.version) })
	if len(list.commits) == 0 && len(list.checkpoints) == 0 {
		return list, ErrNoTable
	}
	return list, nil
}

// parts returns the checkpoint that a file called first of several,
// "checkpoint.0000000001.0000000003.parquet", begins, if all are there. The
// names are sorted.
func (l *Log) parts(names []string, first string, version int64, kind string) (checkpoint, bool) {
	fields := strings.Split(kind, ".")
	if len(fields) != 4 || fields[3] != "parquet" || fields[1] != "0000000001" || len(fields[2]) != 10 {
		return checkpoint{}, false
	}
	n, err := strconv.Atoi(fields[2])
	if err != nil || n < 1 || n > len(names) {
		return checkpoint{}, false
	}
	c := checkpoint{version: version}
	for part := 1; part <= n; part++ {
		name := fmt.Sprintf("%s.checkpoint.%010d.%s.parquet", first[:digits], part, fields[2])
		if _, ok := slices.BinarySearch(names, name); !ok {
			return checkpoint{}, false
		}
		c.files = append(c.files, filepath.Join(l.dir, name))
	}
	return c, true
}

// splitName cuts "00000000000000000010.json" into version and kind.
func splitName(name string) (version int64, kind string, ok bool) {
	if len(name) <= digits || name[digits] != '.' {
		return 0, "", false
	}
	for i := range digits {
		if name[i] < '0' || name[i] > '9' {
			return 0, "", false
		}
	}
	version, err := strconv.ParseInt(name[:digits], 10, 64)
	return version, name[digits+1:], err == nil && version < math.MaxInt64 // there is a next one
}

// last returns the newest version.
func (l listing) last() int64 {
	last := int64(-1)
	if n := len(l.commits); n > 0 {
		last = l.commits[n-1]
	}
	if len(l.checkpoints) > 0 {
		last = max(last, l.checkpoints[0].version)
	}
	return last
}

// complete reports whether the log files begin with version 0.
func (l listing) complete() bool { return len(l.commits) > 0 && l.commits[0] == 0 }

// hint is the file _last_checkpoint.
type hint struct {
	Version       int64 `json:"version"`
	Size          int64 `json:"size"`
	SizeInBytes   int64 `json:"sizeInBytes"`
	NumOfAddFiles int64 `json:"numOfAddFiles"`
}

// readHint returns the version of the last checkpoint. The file is only a
// hint: what is missing or damaged about it does not matter.
func (l *Log) readHint() (int64, bool) {
	data, err := l.fs.ReadFile(filepath.Join(l.dir, lastCheckpoint))
	if err != nil {
		return 0, false
	}
	h := hint{Version: -1}
	err = json.Unmarshal(data, &h)
	return h.Version, err == nil && h.Version >= 0
}
