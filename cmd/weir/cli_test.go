package main

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

// TestOneCommandIsLikeAll holds what a command says of itself and of wrong usage, with the
// grammar of it alone, to what it says with all of the grammar, which a flag before it asks for.
func TestOneCommandIsLikeAll(t *testing.T) {
	say := func(args ...string) string {
		var o bytes.Buffer
		run(t.Context(), args, streams{in: strings.NewReader(""), out: &o, err: &o, program: "weir"})
		return o.String()
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[cli]()) {
		if _, command := f.Tag.Lookup("cmd"); !command || f.Name == "Complete" {
			continue
		}
		name := strings.ToLower(f.Name)
		if fields := grammarFor([]string{name}).Elem().NumField(); (fields == 4) != (f.Name != "Completion") {
			t.Errorf("%s: the grammar has %d fields", name, fields)
		}
		for _, rest := range [][]string{{"--help"}, {"--no-such-flag"}, {"-w", ""}} {
			alone, all := say(append([]string{name}, rest...)...), say(append([]string{"-v", name}, rest...)...)
			if alone == "" || alone != all {
				t.Errorf("weir %s %v:\n%s\nwith all of the grammar:\n%s", name, rest, alone, all)
			}
		}
	}
	if all := grammarFor([]string{"no-command"}).Elem().NumField(); all != reflect.TypeFor[cli]().NumField() {
		t.Errorf("without a command the grammar has %d fields", all)
	}
}
