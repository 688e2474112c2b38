package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// completions returns what the last word may become, and the kind of the rest.
func completions(t *testing.T, words ...string) (found []string, kind string) {
	t.Helper()
	for line := range strings.Lines(must(t, append([]string{"__complete", "--"}, words...)...)) {
		word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(word, ":") {
			kind = word[1:]
		} else {
			found = append(found, word)
		}
	}
	return found, kind
}

func TestCompletion(t *testing.T) {
	for _, c := range []struct{ line, want, absent, kind string }{
		{"", "ingest query shell export report completion", "__complete", ""},
		{"ex", "export expire", "query", ""},
		{"-", "--warehouse --json --help", "--columns", ""},
		{"-w |here |exp", "export", "", ""},
		{"-w |", "", "ingest", "directories"},
		{"--warehouse=", "", "", "directories"},
		{"ingest |", "", "ingest", "files"},
		{"ingest |a.pcap |", "", "", "files"},
		{"export |x.csv |--co", "--columns", "--as", ""},
		{"export |--columns |src_", "src_ip src_port", "dst_ip", "open"},
		{"export |--columns |dst_port,src_", "dst_port,src_ip", "src_ip", "open"},
		{"export |--columns=src_i", "--columns=src_ip", "src_ip", "open"},
		{"export |--split-by |proto", "protocol", "", ""},
		{"export |--as |cic", "cic97 cic2018 cicflowmeter", "zeek", ""},
		{"export |-", "--where --warehouse", "-", ""},
		{"query |--format |", "csv xlsx table", ":", ""},
		{"query |--format=n", "--format=ndjson", "--format=csv", ""},
		{"query |bea", "beacons", "top_talkers", ""},
		{"query |--show |bea", "beacons", "", ""},
		{"query |beacons |-p |min_s", "min_score=", "since=", "open"},
		{"query |-o |", "", "", "files"},
		{"completion |", "bash zsh fish", "", ""},
		{"shell |--no", "--no-bail", "", ""},
		{"ingest |-- |-", "", "--warehouse", "files"},
		{"nonsense |--nothing |", "ingest", "", ""},
	} {
		words := strings.Split(c.line, "|")
		for i := range words {
			words[i] = strings.TrimSpace(words[i])
		}
		found, kind := completions(t, words...)
		for _, want := range strings.Fields(c.want) {
			if !slices.Contains(found, want) {
				t.Errorf("%q: no %s in %q", c.line, want, found)
			}
		}
		if c.absent != "" && slices.Contains(found, c.absent) || c.want == "" && len(found) > 0 || kind != c.kind || slices.Contains(found, "") {
			t.Errorf("%q: %.8q of kind %q, want kind %q", c.line, found, kind, c.kind)
		}
	}
}

// TestCompletionSplit completes words as bash splits them.
func TestCompletionSplit(t *testing.T) {
	for line, want := range map[string]string{
		"query|--format|=|nd": "ndjson\n",
		"query|--format|nd":   "ndjson\n",
	} {
		got := must(t, append([]string{"__complete", "--split", "--"}, strings.Split(line, "|")...)...)
		if got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

// TestCompletionInShells lets the shells that are there load their script and
// complete.
func TestCompletionInShells(t *testing.T) {
	bin := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// A test binary that is called weir is weir: TestMain.
	if err := os.Symlink(self, filepath.Join(bin, "weir")); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct{ shell, script string }{
		{"bash", `eval "$(weir completion bash)"
COMP_WORDS=(weir query --format = nd); COMP_CWORD=4; _weir weir; echo "${COMPREPLY[@]}"
COMP_WORDS=(weir ex); COMP_CWORD=1; _weir weir; echo "${COMPREPLY[@]}"
COMP_WORDS=(weir query bea); COMP_CWORD=2; _weir weir; echo "${COMPREPLY[@]}"`},
		{"zsh", `compdef() { : }; _describe() { print -l -- "${found[@]%%:*}" | tr '\n' ' '; print }; eval "$(weir completion zsh)"
words=(weir query --format=nd); CURRENT=3; _weir
words=(weir ex); CURRENT=2; _weir
words=(weir query bea); CURRENT=3; _weir`},
		{"fish", `weir completion fish | source
complete -C "weir query --format=nd"
complete -C "weir ex" | string split -f1 \t | sort -r | string join " "
complete -C "weir query bea" | string split -f1 \t`},
	} {
		t.Run(c.shell, func(t *testing.T) {
			path, err := exec.LookPath(c.shell)
			if err != nil {
				t.Skipf("%s is not installed", c.shell)
			}
			args := map[string][]string{"bash": {"--norc"}, "zsh": {"-f"}, "fish": {"--no-config"}}[c.shell]
			cmd := exec.CommandContext(t.Context(), path, append(args, "-c", c.script)...)
			cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+bin)
			out, err := cmd.CombinedOutput()
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			for i := range lines {
				lines[i] = strings.TrimPrefix(strings.TrimSpace(lines[i]), "--format=")
			}
			if want := []string{"ndjson", "export expire", "beacons"}; err != nil || !slices.Equal(lines, want) {
				t.Errorf("%v: %q, want %q", err, lines, want)
			}
		})
	}
}
