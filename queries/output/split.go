package output

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"weir/warehouse"
)

// Part is a share of a result that goes into a file of its own.
type Part struct {
	// Value names the part; it may hold anything.
	Value string
	Query Query
}

// Written tells of a file that was written.
type Written struct {
	Path string
	Rows int64
}

// Split writes each part into the file <stem>_<value>.<ext> beside the
// target's path. Values become safe file names, and values whose names would
// be the same, also where case does not count, are told apart by a number. No
// file is written if any of them exists and Force is not set. On an error the
// files that were written are returned with it.
func Split(ctx context.Context, s *warehouse.Session, parts []Part, t Target) ([]Written, error) {
	if t.Path == "-" {
		return nil, fmt.Errorf("a split result is several files and cannot go to standard output")
	}
	targets, taken := make([]Target, len(parts)), map[string]bool{}
	for i, p := range parts {
		targets[i] = t
		targets[i].Path = splitPath(t.Path, t.Format, p.Value, taken)
		if err := targets[i].Free(); err != nil {
			return nil, err
		}
	}
	var written []Written
	for i, p := range parts {
		n, err := Run(ctx, s, p.Query, targets[i])
		if err != nil {
			return written, err
		}
		written = append(written, Written{Path: targets[i].Path, Rows: n})
	}
	return written, nil
}

func splitPath(path string, format Format, value string, taken map[string]bool) string {
	ext := filepath.Ext(path)
	stem := strings.TrimSuffix(path, ext)
	if ext == "" {
		ext = format.Extension()
	}
	name := fileName(value)
	for n := 2; taken[strings.ToLower(name)]; n++ {
		name = fileName(value) + "_" + strconv.Itoa(n)
	}
	taken[strings.ToLower(name)] = true
	return stem + "_" + name + ext
}

// fileName makes a part of a file name of a value: letters, digits, dots,
// dashes and underscores stay, all else becomes an underscore.
func fileName(value string) string {
	name := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, value)
	if name = clip(name, 80); name == "" {
		return "empty"
	}
	return name
}

// clip cuts text to at most n bytes, between characters.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xc0 == 0x80 {
		n--
	}
	return text[:n]
}
