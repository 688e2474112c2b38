package shell

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// historyLimit is how many entries are remembered.
const historyLimit = 10_000

// History is what was typed before, oldest first, kept in a file that only its
// owner can read: a JSON string per line, so that an entry may have several.
type History struct {
	path    string // empty keeps nothing
	entries []string
}

// OpenHistory reads the history of the file, which need not exist yet; an
// empty path is a history that is forgotten. Lines that are no entries are
// skipped. A file that has grown to twice the limit is cut to it.
func OpenHistory(path string) (*History, error) {
	h := &History{path: path}
	if path == "" {
		return h, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return h, fmt.Errorf("read the history: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		var entry string
		if json.Unmarshal([]byte(line), &entry) == nil && entry != "" {
			h.entries = append(h.entries, entry)
		}
	}
	if len(h.entries) > 2*historyLimit {
		h.entries = h.entries[len(h.entries)-historyLimit:]
		return h, h.rewrite()
	}
	h.entries = h.entries[max(0, len(h.entries)-historyLimit):]
	return h, nil
}

// Entries returns what was typed, oldest first.
func (h *History) Entries() []string { return h.entries }

// Add appends what was typed, unless it is blank or what was typed just before.
func (h *History) Add(entry string) error {
	entry = strings.TrimSpace(entry)
	if entry == "" || len(h.entries) > 0 && h.entries[len(h.entries)-1] == entry {
		return nil
	}
	h.entries = append(h.entries, entry)
	if h.path == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		return fmt.Errorf("keep the history: %w", err)
	}
	f, err := os.OpenFile(h.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keep the history: %w", err)
	}
	_, err = f.Write(encodeEntry(entry))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("keep the history: %w", err)
	}
	return nil
}

// rewrite replaces the file by the entries.
func (h *History) rewrite() error {
	var text []byte
	for _, entry := range h.entries {
		text = append(text, encodeEntry(entry)...)
	}
	temp := h.path + ".tmp"
	if err := os.WriteFile(temp, text, 0o600); err != nil {
		return fmt.Errorf("cut the history: %w", err)
	}
	if err := os.Rename(temp, h.path); err != nil {
		return fmt.Errorf("cut the history: %w", err)
	}
	return nil
}

// encodeEntry returns the line of an entry. A string always has a JSON form.
func encodeEntry(entry string) []byte {
	line, err := json.Marshal(entry)
	if err != nil {
		return nil
	}
	return append(line, '\n')
}
