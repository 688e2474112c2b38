package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this test binary weir itself where it is called by that name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"weir": main})
}

// TestScripts runs the scripts of testdata. $CAPTURES is testdata/captures of
// the module; "status N COMMAND..." wants the exit status N. Short tests leave
// those out that ask many questions.
func TestScripts(t *testing.T) {
	captures, err := filepath.Abs(filepath.Join("..", "..", "testdata", "captures"))
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(scripts) == 0 {
		t.Fatalf("%d scripts: %v", len(scripts), err)
	}
	if testing.Short() {
		scripts = nil
		for _, name := range []string{"bad_input", "ingest", "usage"} {
			scripts = append(scripts, filepath.Join("testdata", name+".txtar"))
		}
	}
	testscript.Run(t, testscript.Params{
		Files: scripts,
		Setup: func(e *testscript.Env) error {
			e.Setenv("CAPTURES", captures)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status": wantStatus,
			"cut":    cutFile,
		},
	})
}

// wantStatus runs the command after the exit status it must end with.
func wantStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit := (*exec.ExitError)(nil)
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s ended with status %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// cutFile copies the first N bytes of a file.
func cutFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: cut N FROM TO")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	b, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), b[:n], 0o666))
}

// weir runs a command line inside the test, as where neither stream is a
// terminal, and returns what it wrote and its exit status.
func weir(t *testing.T, args ...string) (out, messages string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, streams{in: strings.NewReader(""), out: &o, err: &e, program: "weir"})
	return o.String(), e.String(), code
}

// must runs a command line that has to end with status 0 and returns its output.
func must(t *testing.T, args ...string) string {
	t.Helper()
	out, messages, code := weir(t, args...)
	if code != exitDone {
		t.Fatalf("weir %s: status %d: %s", strings.Join(args, " "), code, messages)
	}
	return out
}

// moduleFile returns a path of the module.
func moduleFile(names ...string) string {
	return filepath.Join(append([]string{"..", ".."}, names...)...)
}
