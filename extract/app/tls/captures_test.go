package tls_test

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"weir/extract/app/tls"
	"weir/testdata/beside"
	"weir/warehouse/schema"
)

// table reads a file of testdata: tab-separated lines, comments begin with #.
func table(t *testing.T, name string) map[string][][]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string][][]string{}
	for _, line := range strings.Split(strings.TrimRight(string(b), "\n"), "\n") {
		if f := strings.Split(line, "\t"); !strings.HasPrefix(line, "#") {
			lines[f[0]] = append(lines[f[0]], f[1:])
		}
	}
	return lines
}

// TestCaptures holds the rows to what tshark reads of the same connections.
func TestCaptures(t *testing.T) {
	dir := beside.Path(t, "captures")
	for name, lines := range table(t, "tshark.tsv") {
		t.Run(name, func(t *testing.T) {
			results, _ := connections(t, filepath.Join(dir, name))
			rows := map[string]string{}
			for _, r := range results {
				if r.event == nil || r.event.JA3 == "" {
					continue
				}
				e := r.event
				client, server := e.Flow.InitiatorPort, e.Flow.ResponderPort
				if e.Turned {
					client, server = server, client
				}
				cipher := ""
				if e.HasCipher {
					cipher = fmt.Sprintf("0x%04x", e.Cipher)
				}
				rows[strconv.FormatInt(e.Stamp.Packet, 10)] = strings.Join([]string{strconv.Itoa(int(client)), strconv.Itoa(int(server)),
					e.VersionName(), cipher, e.SNI, e.ALPN, e.JA3, e.JA3S}, "\t")
			}
			for _, f := range lines {
				if want := strings.Join(f[1:], "\t"); rows[f[0]] != want {
					t.Errorf("packet %s:\n got %s\nwant %s", f[0], rows[f[0]], want)
				}
			}
		})
	}
}

// TestLeaves holds the certificates to what OpenSSL prints of them.
func TestLeaves(t *testing.T) {
	dir := beside.Path(t, "captures")
	for name, lines := range table(t, "openssl.tsv") {
		t.Run(name, func(t *testing.T) {
			results, _ := connections(t, filepath.Join(dir, name))
			leaves := map[string]*tls.Certificate{}
			for _, r := range results {
				if r.event != nil && r.event.Leaf != nil {
					leaves[hex.EncodeToString(r.event.Leaf.SHA256[:])] = r.event.Leaf
				}
			}
			for _, f := range lines {
				c := leaves[f[0]]
				if c == nil {
					t.Errorf("no leaf %s", f[0])
					continue
				}
				got := []string{c.Subject, c.Issuer, strconv.Itoa(len(c.DNSNames)), strconv.FormatInt(c.NotBefore, 10), strconv.FormatInt(c.NotAfter, 10)}
				for i := range got {
					if got[i] != f[i+1] {
						t.Errorf("leaf %s: %s, want %s", f[0], got[i], f[i+1])
					}
				}
			}
		})
	}
}

// TestCatalogue holds the columns to the project's list of all columns.
func TestCatalogue(t *testing.T) {
	b, err := os.ReadFile(beside.Path(t, "spec", "columns.tsv"))
	if err != nil {
		t.Skip("no list of columns beside the module")
	}
	columns := tls.Catalogue().Table.Columns
	for _, line := range strings.Split(string(b), "\n") {
		f := strings.Split(line, "\t")
		if f[0] != "tls" {
			continue
		}
		if len(columns) == 0 {
			t.Fatalf("no column %s", f[2])
		}
		c := columns[0]
		columns = columns[1:]
		if c.Name != f[2] || f[3] != c.Type.String() || f[4] != c.Unit {
			t.Errorf("column %s %v %q, want %s %s %q", c.Name, c.Type, c.Unit, f[2], f[3], f[4])
		}
		if f[6] != "" && !strings.HasPrefix(c.Doc, strings.TrimSuffix(f[6], ".")) {
			t.Errorf("column %s: %q, want %q", c.Name, c.Doc, f[6])
		}
	}
	if len(columns) > 0 {
		t.Errorf("column %s is too many", columns[0].Name)
	}
}

// TestRow checks the values of a row, and that what is unknown is null.
func TestRow(t *testing.T) {
	results, _ := connections(t, beside.Path(t, "captures", "app-ssl30.pcap"))
	e := results[0].event
	catalogue := tls.Catalogue()
	batch := schema.NewBatch(catalogue.Table, []string{"2014-10-15"})
	catalogue.Append(batch, []*tls.Event{e, {Head: e.Head}}, []schema.Key{e.Key(), e.Key()})
	for i, c := range catalogue.Table.Stored() {
		v := &batch.Vectors[i]
		if v.Rows() != 2 {
			t.Errorf("%s has %d rows", c.Name, v.Rows())
		}
		want, full := map[string]string{"transport": "tcp", "version": "SSL 3.0", "cipher": "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
			"ja3s": "59e3f99fd4b68388f5ba9349e0ca71a4"}[c.Name]
		if full && string(v.Text(0)) != want {
			t.Errorf("%s is %s, want %s", c.Name, v.Text(0), want)
		}
		switch c.Name {
		case "resumed", "established":
			if v.Null(1) || v.Bool[1] {
				t.Errorf("%s of an empty row is not false", c.Name)
			}
		case "version", "cipher", "sni", "alpn", "client_alpn", "client_ciphers", "client_extensions", "ja3", "ja3s", "ja4",
			"subject", "issuer", "san", "not_before", "not_after", "certificate_sha256":
			if !v.Null(1) {
				t.Errorf("%s of an empty row is not null", c.Name)
			}
		}
	}
}
