package document

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// frame shows a page in a window of a given width, and then tells of it: how far
// it reaches beyond the window, its charts, and those without a picture.
const frame = `<!DOCTYPE html><title>waiting</title><iframe id="f" src="page.html" style="border:0;width:%dpx;height:900px"></iframe><script>
document.getElementById("f").onload = () => setTimeout(() => {
  const page = document.getElementById("f").contentDocument, charts = [...page.querySelectorAll("canvas")];
  const blank = charts.filter((c) => {
    const pixels = c.width && c.height ? c.getContext("2d").getImageData(0, 0, c.width, c.height).data : [];
    return new Set(pixels).size < 4;
  });
  document.title = "beyond " + (page.documentElement.scrollWidth - page.documentElement.clientWidth) + ", charts " + charts.length + ", blank " + blank.length;
}, 500);
</script>`

// TestPageInBrowser opens the page in Chromium, where there is one, on a wide
// and on a narrow window, light and dark.
func TestPageInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium")
	}
	dir := t.TempDir()
	page := written(t, func(b *bytes.Buffer) error { return poisoned().WriteHTML(b) })
	if err := os.WriteFile(filepath.Join(dir, "page.html"), []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	title := regexp.MustCompile(`<title>([^<]*)</title>`)
	for _, width := range []int{1280, 400} {
		for scheme, name := range []string{"dark", "light"} {
			shell := filepath.Join(dir, "frame.html")
			if err := os.WriteFile(shell, fmt.Appendf(nil, frame, width), 0o644); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--user-data-dir="+filepath.Join(dir, "profile"),
				"--enable-logging=stderr", "--window-size=1400,1000", fmt.Sprintf("--blink-settings=preferredColorScheme=%d", scheme), "--virtual-time-budget=5000", "--dump-dom", "file://"+shell)
			var out, messages bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &messages
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v\n%s", err, &messages)
			}
			if got := title.FindStringSubmatch(out.String()); got == nil || got[1] != "beyond 0, charts 1, blank 0" {
				t.Errorf("%d pixels, %s: %q, want nothing beyond the window and 1 chart that is not blank", width, name, got)
			}
			for line := range strings.Lines(messages.String()) {
				if strings.Contains(line, "CONSOLE") {
					t.Errorf("%d pixels, %s: the console says %s", width, name, line)
				}
			}
		}
	}
}
