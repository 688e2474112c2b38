package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// oldHouse unpacks a warehouse of testdata and returns its directory.
func oldHouse(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(moduleFile("testdata", "warehouses", name+".tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	house := t.TempDir()
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return house
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(house, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			if err := os.MkdirAll(path, 0o777); err != nil {
				t.Fatal(err)
			}
			continue
		}
		data, err := io.ReadAll(r)
		if err == nil {
			err = os.WriteFile(path, data, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestOldWarehouse opens a warehouse of the time before the application
// layer: columns and tables that came later are null and empty. New captures
// go in, and old files are compacted with new ones.
func TestOldWarehouse(t *testing.T) {
	house := oldHouse(t, "before-application-columns")
	if out := must(t, "query", "-w", house, "SELECT count(*) AS flows, sum(total_packets) AS packets, count(service) + count(dns_query) + count(tls_version) AS known, (SELECT count(*) FROM dns) AS dns FROM flows"); out != "flows,packets,known,dns\n7,35,0,0\n" {
		t.Errorf("the old warehouse answers %s", out)
	}
	must(t, "verify", "-w", house)
	must(t, "report", "-w", house)
	must(t, "export", "-w", house, "--as", "cic2018", "-")
	must(t, "ingest", "-w", house, moduleFile("testdata", "captures"))
	fresh := filepath.Join(t.TempDir(), "fresh")
	must(t, "ingest", "-w", fresh, moduleFile("testdata", "captures"))
	// The two old captures are known by their content. What both releases know is equal.
	const both = "SELECT flow_uid, protocol, total_packets, total_bytes, duration_us, fwd_packets, end_reason FROM flows ORDER BY ALL"
	check := func(when string) {
		t.Helper()
		if got, want := must(t, "query", "-w", house, both), must(t, "query", "-w", fresh, both); got != want {
			t.Errorf("%s the flows are\n%s\nwant\n%s", when, got, want)
		}
		if out := must(t, "query", "-w", house, "SELECT count(*) FILTER (service IS NULL) > 7 AND count(service) > 0 AS mixed FROM flows"); out != "mixed\ntrue\n" {
			t.Errorf("%s old and new columns: %s", when, out)
		}
		must(t, "verify", "-w", house)
	}
	check("after an ingest")
	must(t, "compact", "-w", house, "--grace", "0s")
	check("after a compaction")
	if files, err := filepath.Glob(filepath.Join(house, "flows", "date=2026-03-14", "protocol=tcp", "*")); err != nil || len(files) != 1 {
		t.Errorf("old and new files were not made one: %v", files)
	}
}

// TestNewerWarehouse refuses a warehouse of a newer major version, whatever is
// asked.
func TestNewerWarehouse(t *testing.T) {
	house := oldHouse(t, "before-application-columns")
	edit(t, filepath.Join(house, "flows", "_delta_log", "00000000000000000000.json"), func(b []byte) []byte {
		return bytes.Replace(b, []byte(`"weir.format":"1"`), []byte(`"weir.format":"2"`), 1)
	})
	capture := moduleFile("testdata", "captures", "tunnels.pcap")
	for _, args := range [][]string{{"query", "FROM flows"}, {"report"}, {"status"}, {"status", "--history"}, {"export", "-"}, {"ingest", capture},
		{"compact"}, {"expire", "--keep", "1d"}, {"verify"}, {"query", "--version", "1", "FROM flows"}} {
		out, messages, code := weir(t, append(args, "-w", house)...)
		if code != exitFailed || !strings.Contains(out+messages, "use a newer weir") {
			t.Errorf("%v: status %d: %.200s%s", args, code, out, messages)
		}
	}
}
