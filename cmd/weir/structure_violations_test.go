package main_test

import "strings"

// violation is a tree that breaks one rule in one place, what the finding
// says, and the tree mended.
type violation struct {
	rule, finding  string
	broken, mended map[string]string
}

// inFile returns a tree of one file.
func inFile(name, text string) map[string]string { return map[string]string{name: text} }

func violations() []violation {
	imports := func(file, imported string) map[string]string {
		return inFile(file, "package p\n\nimport _ \""+imported+"\"\n")
	}
	body := func(file, text string) map[string]string { return inFile(file, "package p\n\n"+text+"\n") }
	fill := func(n int) string { return strings.Repeat("\tf()\n", n) }
	return []violation{
		{"top level", "docs stands at the top level", inFile("docs/a.md", ""), inFile("testdata/a.md", "")},

		{"arrows", "extract/flow imports weir/warehouse;", imports("extract/flow/a.go", "weir/warehouse"), imports("extract/flow/a.go", "weir/warehouse/schema")},
		{"arrows", "extract imports weir/warehouse/delta", imports("extract/a.go", "weir/warehouse/delta"), imports("extract/a.go", "weir/extract/flow")},
		{"arrows", "extract/flow imports weir/extract;", imports("extract/flow/a.go", "weir/extract"), imports("extract/flow/a.go", "weir/extract/decode")},
		{"arrows", "extract/capture imports weir/extract/decode", imports("extract/capture/a.go", "weir/extract/decode"), imports("extract/a.go", "weir/extract/decode")},
		{"arrows", "extract/app/dns imports weir/extract/flow", imports("extract/app/dns/a.go", "weir/extract/flow"), imports("extract/app/dns/a.go", "weir/warehouse/schema")},
		{"arrows", "extract/app/dns imports weir/extract/capture", imports("extract/app/dns/a.go", "weir/extract/capture"), imports("extract/app/dns/a_test.go", "weir/extract/capture")},
		{"arrows", "warehouse imports weir/extract", imports("warehouse/a.go", "weir/extract"), imports("cmd/weir/a.go", "weir/extract")},
		{"arrows", "warehouse imports weir/queries", imports("warehouse/a.go", "weir/queries"), imports("queries/a.go", "weir/warehouse")},
		{"arrows", "warehouse/delta imports weir/warehouse/part", imports("warehouse/delta/a.go", "weir/warehouse/part"), imports("warehouse/delta/a.go", "weir/warehouse/schema")},
		{"arrows", "warehouse/part imports weir/warehouse;", imports("warehouse/part/a.go", "weir/warehouse"), imports("warehouse/a.go", "weir/warehouse/part")},
		{"arrows", "warehouse/schema imports weir/extract/flow", imports("warehouse/schema/a.go", "weir/extract/flow"), imports("warehouse/schema/a.go", "strings")},
		{"arrows", "queries/output imports weir/extract", imports("queries/output/a.go", "weir/extract"), imports("queries/output/a.go", "weir/warehouse")},
		{"arrows", "queries imports weir/cmd/weir", imports("queries/a.go", "weir/cmd/weir"), imports("cmd/weir/a.go", "weir/queries")},
		{"arrows", "test data is for tests", imports("cmd/weir/a.go", "weir/testdata/x"), imports("cmd/weir/a_test.go", "weir/testdata/x")},

		{"libraries", "whose home is extract/capture", imports("extract/flow/a.go", "github.com/google/gopacket/layers"), imports("extract/flow/a_test.go", "github.com/google/gopacket/layers")},
		{"libraries", "whose home is warehouse", imports("queries/a.go", "github.com/parquet-go/parquet-go"), imports("warehouse/part/a.go", "github.com/parquet-go/parquet-go")},
		{"libraries", "whose home is warehouse", imports("cmd/weir/a.go", "github.com/duckdb/duckdb-go-bindings"), imports("warehouse/a.go", "github.com/duckdb/duckdb-go-bindings")},
		{"libraries", "whose home is cmd/weir", imports("extract/a.go", "github.com/alecthomas/kong"), imports("cmd/weir/a.go", "github.com/alecthomas/kong")},
		{"libraries", "whose home is queries", imports("cmd/weir/a.go", "github.com/xuri/excelize/v2"), imports("queries/output/a.go", "github.com/xuri/excelize/v2")},
		{"libraries", "has no home", imports("extract/a.go", "example.org/left-pad"), imports("extract/a.go", "strings")},
		{"libraries", "the leaf depends", imports("warehouse/schema/a_test.go", "github.com/parquet-go/parquet-go"), imports("warehouse/schema/a_test.go", "testing")},

		{"package comments", "extract/p has no package comment", inFile("extract/p/a.go", "package p\n"), inFile("extract/p/a.go", "// Package p is.\npackage p\n")},
		{"package comments", "start it with", inFile("cmd/weir/a.go", "// The weir.\npackage main\n"), inFile("cmd/weir/a.go", "// Command weir is.\npackage main\n")},
		{"package comments", "several", map[string]string{"p/a.go": "// Package p is.\npackage p\n", "p/b.go": "// Package p is.\npackage p\n"},
			map[string]string{"p/a.go": "// Package p is.\npackage p\n", "p/b.go": "package p\n"}},

		{"doc comments", "F has no doc comment", body("p/a.go", "func F() {}"), body("p/a.go", "// F is.\nfunc F() {}")},
		{"doc comments", "M has no doc comment", body("p/a.go", "func (*T[R]) M() {}"), body("p/a.go", "func (*t[R]) M() {}")},
		{"doc comments", "Error has no doc comment", body("p/a.go", "func Error() {}"), body("p/a.go", "func (T) Error() string {}")},
		{"doc comments", "T has no doc comment", body("p/a.go", "// Group.\ntype (\n\tT int\n)"), body("p/a.go", "type (\n\t// T is.\n\tT int\n)")},
		{"doc comments", "C has no doc comment", body("p/a.go", "const C = 1"), body("p/a.go", "const C = 1 // the one")},

		{"no init", "func init", body("p/a.go", "func init() {}"), body("p/a.go", "func (t) init() {}")},

		{"process", "os.Exit; only main.go exits", body("cmd/weir/ingest.go", "import \"os\"\n\nfunc f() { os.Exit(1) }"),
			inFile("cmd/weir/main.go", "package main\n\nimport \"os\"\n\nfunc main() { os.Exit(1) }")},
		{"process", "log.Fatal; only main.go exits", body("extract/a.go", "import l \"log\"\n\nfunc f() { l.Fatal(1) }"), body("extract/a_test.go", "import \"log\"\n\nfunc f() { log.Fatal(1) }")},
		{"process", "os.Getenv; only the grammar", body("extract/a.go", "import \"os\"\n\nvar x = os.Getenv(\"X\")"), body("cmd/weir/a.go", "import \"os\"\n\nvar x = os.Getenv(\"X\")")},
		{"process", "os.Stdout; streams are injected", body("queries/a.go", "import \"os\"\n\nvar x = os.Stdout"), body("queries/a.go", "func f(os struct{ Stdout int }) int { return os.Stdout }")},

		{"thin main", "more than 40", inFile("cmd/weir/main.go", "package main\n"+strings.Repeat("\n", 40)), inFile("cmd/weir/main.go", "package main\n"+strings.Repeat("\n", 39))},

		{"names", `"util" says nothing`, inFile("extract/util/a.go", "package util\n"), inFile("extract/clock/a.go", "package clock\n")},
		{"names", `"helpers" says nothing`, inFile("extract/helpers_test.go", "package p\n"), inFile("extract/clock_test.go", "package p\n")},

		{"sizes", "F has 81 lines", body("p/a.go", "func F() {\n"+fill(79)+"}"), body("p/a.go", "func F() {\n"+fill(78)+"}")},
		{"sizes", "F has 121 lines", body("p/a_test.go", "func F() {\n"+fill(119)+"}"), body("p/a_test.go", "func F() {\n"+fill(118)+"}")},
		{"sizes", "F has 81 lines", body("p/a.go", "func F() {\n\tx = []any{\n1,\nfunc() {\n"+fill(77)+"}}\n}"), body("p/a.go", "func F() {\n\tx = []int{\n"+strings.Repeat("1,\n", 90)+"}\n}")},
		{"sizes", "p/a.go has 501 lines", inFile("p/a.go", "package p\n"+strings.Repeat("\n", 500)), inFile("p/a.go", "// Code generated by x. DO NOT EDIT.\n\npackage p\n"+strings.Repeat("\n", 500))},

		{"package state", "count has no value", body("p/a.go", "var count int"), body("p/a.go", "var zeros [8]byte")},
		{"package state", "cache is made empty", body("p/a.go", "var cache = make(map[string]int)"), body("p/a.go", "var sizes = map[string]int{\"a\": 1}")},
		{"package state", "pool is there to be changed", body("p/a.go", "import \"sync\"\n\nvar pool = sync.Pool{}"), body("p/a.go", "import \"regexp\"\n\nvar word = regexp.MustCompile(`a`)")},
		{"package state", "names is assigned to",
			map[string]string{"p/a.go": "package p\n\nvar names = []string{}\n", "p/b.go": "package p\n\nfunc f() { names[0] = \"\" }\n"},
			map[string]string{"p/a.go": "package p\n\nvar names = []string{}\n", "p/b.go": "package p\n\nfunc f(names []string) { names[0] = \"\" }\n"}},
		{"package state", "help has no value", body("p/a.go", "var help string"), body("p/a.go", "//go:embed help.txt\nvar help string")},

		{"machine paths", "p/a.go:3: a path of one machine", body("p/a.go", `const x = "/ho`+`me/me/x"`), body("p/a.go", `const x = "../home/me/x"`)},
		{"machine paths", "README.md:1: a path of one machine", inFile("README.md", "cd /wo"+"rk/weir"), inFile("README.md", "see https://example.org/wo"+"rk/weir")},

		{"loose ends", "do it, or tell it", body("p/a.go", "// TO"+"DO: finish.\nfunc f() {}"), body("p/a.go", "// f finishes.\nfunc f() {}")},
	}
}
