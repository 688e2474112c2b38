package main_test

import (
	"fmt"
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// arrow forbids imports of the project's own packages. Patterns are folders;
// one that ends in /... holds for the folder and all below it, one that ends
// in /* only for those below.
type arrow struct {
	from, to string
	except   []string
	cure     string
}

// ownArrows are the arrows that a file has to keep to, a test or not.
func ownArrows(test bool) []arrow {
	leaf := []string{"warehouse/schema"}
	const speakSchema = "extract and warehouse do not know each other: let both speak warehouse/schema, and wire them in cmd/weir"
	// Parsers write addresses as decode does; their tests may read captures.
	parsers := []string{"extract/app/...", "extract/decode"}
	feeding := []string{}
	if test {
		feeding = append(feeding, "extract/capture")
	}
	return []arrow{
		{"extract/...", "warehouse/...", leaf, speakSchema},
		{"extract/...", "queries/...", nil, "queries are about what is stored; let cmd/weir call both"},
		{"extract/*", "extract", nil, "extract wires its stages: move what both need into the stage that owns it"},
		{"extract/capture/...", "extract/...", []string{"extract/capture/..."}, "capture yields bytes and knows no later stage"},
		{"extract/decode/...", "extract/...", []string{"extract/capture"}, "decode knows bytes and headers; move what it needs here"},
		{"extract/app/*", "extract/...", append(parsers, feeding...), "an application parser takes bytes; let flow hand them over"},
		{"warehouse/...", "extract/...", nil, speakSchema},
		{"warehouse/...", "queries/...", nil, "the warehouse answers SQL and does not know who asks; move the query to queries"},
		{"warehouse/*", "warehouse", nil, "warehouse is built of what lies below it: move what both need down"},
		{"warehouse/*", "warehouse/*", append([]string{"warehouse/claim"}, leaf...), "the packages below warehouse know only warehouse/schema, and those that read Parquet warehouse/claim; let warehouse put them together"},
		{"warehouse/claim", "...", nil, "what judges files before they are read knows nothing of what is in them"},
		{"warehouse/schema", "...", nil, "the leaf depends on the standard library alone"},
		{"queries/...", "extract/...", nil, "queries read what is stored; ask the warehouse"},
		{"queries/*", "queries", nil, "move what both need into the package below"},
		{"...", "cmd/...", nil, "nothing imports a command; move the code into the package that owns it"},
		{"...", "testdata/...", []string{}, "test data is for tests alone"},
	}
}

// arrows checks every import of a package of the project.
func arrows(t tree) (found []string) {
	for _, s := range t.code() {
		for _, spec := range s.ast.Imports {
			to, own := strings.CutPrefix(importPath(spec), "weir/")
			if !own || to == s.dir() {
				continue
			}
			for _, a := range ownArrows(s.test()) {
				if a.to == "testdata/..." && (s.test() || s.generator()) {
					continue
				}
				if inFolder(s.dir(), a.from) && inFolder(to, a.to) && !inFolders(to, a.except) {
					found = append(found, fmt.Sprintf("%s: %s imports weir/%s; %s", s.at(spec), s.dir(), to, a.cure))
					break
				}
			}
		}
	}
	return found
}

// inFolder tells whether a folder is meant by a pattern.
func inFolder(folder, pattern string) bool {
	if pattern == "..." {
		return true
	}
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return folder == base || strings.HasPrefix(folder, base+"/")
	}
	if base, ok := strings.CutSuffix(pattern, "/*"); ok {
		return strings.HasPrefix(folder, base+"/")
	}
	return folder == pattern
}

func inFolders(folder string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return inFolder(folder, p) })
}

// libraryHomes says where each library may be imported, so that it can be
// exchanged there. Tests and generators are free.
func libraryHomes() map[string][]string {
	return map[string][]string{
		"github.com/google/gopacket":     {"extract/capture/...", "extract/decode/...", "extract/app/dns"},
		"github.com/klauspost/compress":  {"extract/capture/...", "warehouse/part", "warehouse/claim", "warehouse"},
		"lukechampine.com/blake3":        {"extract/...", "warehouse"},
		"golang.org/x/net":               {"extract/capture/...", "extract/decode/..."},
		"github.com/parquet-go/":         {"warehouse/..."},
		"github.com/DataDog/zstd":        {"warehouse/part"},
		"github.com/duckdb/":             {"warehouse/..."},
		"github.com/alecthomas/kong":     {"cmd/weir"},
		"github.com/xuri/excelize":       {"queries/..."},
		"github.com/go-echarts/":         {"queries/..."},
		"golang.org/x/sync":              {"extract/...", "warehouse/...", "queries/...", "cmd/weir"},
		"golang.org/x/sys":               {"extract/capture/...", "warehouse/...", "cmd/weir"},
		"golang.org/x/term":              {"cmd/weir"},
		"github.com/mattn/go-runewidth":  {"queries/..."},
		"github.com/dustin/go-humanize":  {"cmd/weir"},
		"github.com/schollz/progressbar": {"cmd/weir"},
		"github.com/mattn/go-isatty":     {"cmd/weir"},
		"github.com/peterh/liner":        {"cmd/weir"},
	}
}

// libraries checks every import from outside the project and the standard library.
func libraries(t tree) (found []string) {
	for _, s := range t.code() {
		for _, spec := range s.ast.Imports {
			p := importPath(spec)
			first, _, _ := strings.Cut(p, "/")
			if !strings.Contains(first, ".") {
				continue
			}
			if s.dir() == "warehouse/schema" {
				found = append(found, fmt.Sprintf("%s: warehouse/schema imports %s; the leaf depends on the standard library alone", s.at(spec), p))
				continue
			}
			if s.test() || s.generator() {
				continue
			}
			homes, known := homesOf(p)
			switch {
			case !known:
				found = append(found, fmt.Sprintf("%s: the library %s has no home; do without it or name its one home in libraryHomes", s.at(spec), p))
			case !inFolders(s.dir(), homes):
				found = append(found, fmt.Sprintf("%s: %s imports %s, whose home is %s; move the code there", s.at(spec), s.dir(), p, strings.Join(homes, ", ")))
			}
		}
	}
	return found
}

func homesOf(imported string) ([]string, bool) {
	for prefix, homes := range libraryHomes() {
		if imported == prefix || strings.HasPrefix(imported, strings.TrimSuffix(prefix, "/")+"/") {
			return homes, true
		}
	}
	return nil, false
}

func importPath(spec *ast.ImportSpec) string {
	p, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value
	}
	return p
}
