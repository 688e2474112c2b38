package http

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weir/testdata/beside"
)

// The expected rows are those of the http.log that the Zeek project publishes
// for its own traces (testing/btest/Baseline): client port, method, host, uri,
// status, reason, and for the first trace also the size of the response's body;
// Zeek writes that of the second after decompression.
func TestZeekTraces(t *testing.T) {
	for _, c := range []struct {
		capture string
		bodies  bool
	}{{"app-http-methods.pcap", true}, {"app-http-pipelined.pcap", false}} {
		t.Run(c.capture, func(t *testing.T) {
			want, err := os.ReadFile(filepath.Join("testdata", strings.TrimSuffix(c.capture, ".pcap")+".zeek.tsv"))
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			parseCapture(t, beside.Path(t, "captures", c.capture), NewSink(func(e *Event) {
				fmt.Fprintf(&got, "%d", e.Flow.InitiatorPort)
				for _, p := range []part{method, host, uri} {
					fmt.Fprintf(&got, "\t%s", orDash(e, p))
				}
				fmt.Fprintf(&got, "\t%d\t%s", e.status, orDash(e, reason))
				if c.bodies {
					fmt.Fprintf(&got, "\t%d", e.responseBytes)
				}
				got.WriteByte('\n')
			}))
			if got.String() != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got.String(), want)
			}
		})
	}
}

func orDash(e *Event, p part) string {
	if b, ok := e.get(p); ok {
		return string(b)
	}
	return "-"
}

// The counts are tshark's (two passes) of http.request and of http.response but
// 100 over TCP, without retransmissions. For the first capture tshark says 337
// and 336: it shows neither the request to port 5005, which it takes for
// another protocol, nor the two responses whose bodies the capture cuts off.
func TestCounts(t *testing.T) {
	for _, c := range []struct {
		capture             string
		requests, responses int
	}{
		{"app-http-dns-browse.pcap", 338, 338},
		{"lt-radiotap-http.pcap", 7, 7},
		{"lt-sll2-http.pcap", 2, 2},
		{"lt-raw12-v6.pcap", 9, 9},
		{"app-http2-cleartext-null.pcap", 5, 5},
		{"l4-tcp-midstream.pcap", 1, 1},
		{"l4-tcp-retrans.pcap", 4, 4},
		{"mix-surfshark-ooo.pcap", 4, 4},
	} {
		requests, responses := 0, 0
		parseCapture(t, beside.Path(t, "captures", c.capture), NewSink(func(e *Event) {
			if e.hasRequest {
				requests++
			}
			if e.answered {
				responses++
			}
		}))
		if requests != c.requests || responses != c.responses {
			t.Errorf("%s: %d requests, %d responses; want %d, %d", c.capture, requests, responses, c.requests, c.responses)
		}
	}
}
