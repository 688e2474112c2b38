package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// network is two network namespaces joined by a cable: a sends, b is captured in.
type network struct{ a, b, portA, portB string }

// newNetwork makes the namespaces, and skips the test where that is not allowed. The
// letter tells the networks of tests apart that run at the same time.
func newNetwork(t *testing.T, letter string) *network {
	t.Helper()
	if testing.Short() {
		t.Skip("captures for seconds")
	}
	if os.Getuid() != 0 {
		t.Skip("network namespaces are root's to make")
	}
	for _, tool := range []string{"ip", "tcpdump", "ping"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	tag := fmt.Sprintf("w%d%s", os.Getpid()%100000, letter)
	n := &network{tag + "a", tag + "b", tag + "va", tag + "vb"}
	t.Cleanup(func() {
		_ = exec.Command("ip", "netns", "del", n.a).Run()
		_ = exec.Command("ip", "netns", "del", n.b).Run()
	})
	for _, line := range []string{
		"netns add " + n.a, "netns add " + n.b,
		fmt.Sprintf("link add %s netns %s type veth peer name %s netns %s", n.portA, n.a, n.portB, n.b),
		fmt.Sprintf("-n %s link set %s addrgenmode none", n.a, n.portA), fmt.Sprintf("-n %s link set %s addrgenmode none", n.b, n.portB),
		fmt.Sprintf("-n %s addr add 10.99.0.1/24 dev %s", n.a, n.portA), fmt.Sprintf("-n %s addr add 10.99.0.2/24 dev %s", n.b, n.portB),
		fmt.Sprintf("-n %s addr add fd99::1/64 dev %s nodad", n.a, n.portA), fmt.Sprintf("-n %s addr add fd99::2/64 dev %s nodad", n.b, n.portB),
		fmt.Sprintf("-n %s link set %s mtu 9000 up", n.a, n.portA), fmt.Sprintf("-n %s link set %s mtu 9000 up", n.b, n.portB),
		fmt.Sprintf("-n %s link set lo up", n.b),
	} {
		if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			t.Skipf("ip %s: %s", line, bytes.TrimSpace(out))
		}
	}
	// Seconds after they have met, the ends ask whether the other is still there,
	// which may be just as one capture has ended and the other has not.
	for namespace, port := range map[string]string{n.a: n.portA, n.b: n.portB} {
		late := "for v in ipv4 ipv6; do echo 600 >/proc/sys/net/$v/neigh/" + port + "/delay_first_probe_time; done"
		if out, err := exec.Command("ip", "netns", "exec", namespace, "sh", "-c", late).CombinedOutput(); err != nil {
			t.Logf("%s: %v: %s", late, err, out)
		}
	}
	time.Sleep(2 * time.Second) // what new IPv6 addresses have to say
	return n
}

// start starts a program in a namespace. Its messages are in the buffer once
// it has ended.
func start(t *testing.T, namespace string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd := exec.Command("ip", append([]string{"netns", "exec", namespace}, args...)...)
	messages := &bytes.Buffer{}
	cmd.Stderr = messages
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, messages
}

// send runs a program in the sending namespace, if it is installed.
func (n *network) send(t *testing.T, args ...string) {
	t.Helper()
	if _, err := exec.LookPath(args[0]); err != nil {
		t.Logf("%s is not installed", args[0])
		return
	}
	if out, err := exec.Command("ip", append([]string{"netns", "exec", n.a}, args...)...).CombinedOutput(); err != nil {
		t.Errorf("%s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// waitForPort waits until a TCP server in the captured namespace listens.
func (n *network) waitForPort(t *testing.T, port int) {
	t.Helper()
	waitFor(t, func() bool {
		out, err := exec.Command("ip", "netns", "exec", n.b, "cat", "/proc/net/tcp", "/proc/net/tcp6").Output()
		return err == nil && bytes.Contains(out, fmt.Appendf(nil, ":%04X 0", port))
	}, "the server does not listen")
}

// waitForCapture waits until a capture into a warehouse, and tcpdump beside it, take
// packets.
func (n *network) waitForCapture(t *testing.T, house string) {
	t.Helper()
	waitFor(t, func() bool {
		states, err := filepath.Glob(filepath.Join(house, liveDir, "*.json"))
		return err == nil && len(states) == 1
	}, "the capture does not start")
	time.Sleep(time.Second)
}

// waitForMore waits until so many more intervals are in.
func waitForMore(t *testing.T, house string, more int) {
	t.Helper()
	count := func() (n int) {
		_, _ = fmt.Sscan(taken(t, house), &n)
		return n
	}
	before := count()
	waitFor(t, func() bool { return count() >= before+more }, "no intervals are committed")
}

// end sends a signal and returns how long the program took to end.
func end(t *testing.T, cmd *exec.Cmd, signal os.Signal, messages *bytes.Buffer) time.Duration {
	t.Helper()
	began := time.Now()
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil && signal != os.Kill {
		t.Fatalf("%v: %s", err, messages)
	}
	return time.Since(began)
}

// TestCapture captures traffic of real programs beside tcpdump: the flows are those
// of an ingest of tcpdump's file, but for times and for flows that the clock ended.
func TestCapture(t *testing.T) {
	t.Parallel() // it mostly waits
	n := newNetwork(t, "x")
	dir := t.TempDir()
	live, offline, packets, rows := filepath.Join(dir, "live"), filepath.Join(dir, "offline"), filepath.Join(dir, "beside.pcap"), filepath.Join(dir, "rows.csv")
	beside, besideMessages := start(t, n.b, "tcpdump", "-i", n.portB, "--immediate-mode", "-B", "65536", "-w", packets)
	metered, messages := start(t, n.b, "weir", "capture", "-w", live, n.portB, "--flush-interval", "1s", "--idle-timeout", "2s", "--log-format", "json",
		"--csv", rows, "--as", "cic97", "--write-pcap", filepath.Join(dir, "kept"))
	n.waitForCapture(t, live)
	if _, err := exec.LookPath("python3"); err == nil {
		page := filepath.Join(dir, "page")
		if err := os.WriteFile(page, bytes.Repeat([]byte("page"), 50000), 0o644); err != nil {
			t.Fatal(err)
		}
		server, _ := start(t, n.b, "python3", "-m", "http.server", "--bind", "::", "-d", dir, "8000")
		defer func() { _ = server.Process.Kill() }()
		n.waitForPort(t, 8000)
		n.send(t, "curl", "-s", "-o", os.DevNull, "http://10.99.0.2:8000/page")
		n.send(t, "curl", "-s", "-o", os.DevNull, "-g", "http://[fd99::2]:8000/none")
	}
	n.send(t, "ping", "-q", "-c", "3", "-i", "0.1", "10.99.0.2")
	n.send(t, "ping", "-q", "-c", "3", "-i", "0.1", "fd99::2")
	for _, name := range []string{"app-dns-mixed.pcap", "frag-v4-nfs-sctp.pcap", "l2-vlan.pcap"} {
		if path := moduleFile("..", "shared", "captures", name); exists(path) {
			n.send(t, "tcpreplay", "-q", "-i", n.portA, "-p", "5000", path)
		}
	}
	time.Sleep(3 * time.Second)
	n.send(t, "ping", "-q", "-c", "2", "-i", "0.1", "10.99.0.2")
	time.Sleep(500 * time.Millisecond)
	if took := end(t, metered, syscall.SIGTERM, messages); took > 5*time.Second {
		t.Errorf("weir took %v to end", took)
	}
	end(t, beside, syscall.SIGINT, besideMessages)
	must(t, "ingest", "-w", offline, "--idle-timeout", "2s", packets)
	compareHouses(t, live, offline)
	if exists(moduleFile("..", "shared", "captures", "l2-vlan.pcap")) {
		// The kernel takes the tags off.
		if out := must(t, "query", "-w", live, "SELECT count(*) > 0 AS tagged FROM flows WHERE vlan_id IS NOT NULL"); out != "tagged\ntrue\n" {
			t.Errorf("no flow has a VLAN id: %s", out)
		}
	}
	if out := must(t, "query", "-w", live, "SELECT sum(packets) = sum(packets_in_flows) AND sum(dropped) = 0 AND sum(flows) = (SELECT count(*) FROM flows) AND sum(packets) = (SELECT sum(total_packets) FROM flows) AS even FROM captures"); out != "even\ntrue\n" {
		t.Errorf("packets and rows do not add up:\n%s", must(t, "query", "-w", live, "FROM captures"))
	}
	text, err := os.ReadFile(rows)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := bytes.Count(text, []byte("\n"))-1, must(t, "query", "-w", live, "SELECT count(*) AS n FROM flows"); fmt.Sprintf("n\n%d\n", got) != want || bytes.Count(text, []byte("Flow ID,")) != 1 {
		t.Errorf("the CSV has %d rows; the flows are %s", got, want)
	}
	kept := filepath.Join(dir, "keptflows")
	must(t, "ingest", "-w", kept, "--idle-timeout", "2s", filepath.Join(dir, "kept"))
	compareHouses(t, kept, offline)
	if exists(filepath.Join(live, liveDir, n.portB+"@")) {
		t.Error("the state of a capture that was stopped is still there")
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// compareHouses compares the flows of two warehouses in what does not depend on
// when exactly each of two sockets saw a packet.
func compareHouses(t *testing.T, a, b string) {
	t.Helper()
	var columns []string
	for _, name := range strings.Fields(must(t, "query", "-w", b, "SELECT column_name FROM (DESCRIBE flows)"))[1:] {
		timed := slices.ContainsFunc([]string{"_us", "per_second", "time", "iat", "_uid", "capture_id", "source", "date", "end_reason", "bulk", "subflow", "active", "idle", "duration"},
			func(part string) bool { return strings.Contains(name, part) })
		if !timed {
			columns = append(columns, name)
		}
	}
	question := "SELECT " + strings.Join(columns, ", ") + " FROM flows ORDER BY ALL"
	got, want := strings.Split(must(t, "query", "-w", a, question), "\n"), strings.Split(must(t, "query", "-w", b, question), "\n")
	t.Logf("%d columns of %d flows compared", len(columns), len(want)-2)
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("%d flows, and %d of tcpdump's packets; row %d differs:\n%s\n%s", len(got)-2, len(want)-2, i, at(got, i), at(want, i))
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(no row)"
}

// TestCaptureKilled kills a capture that commits each second, again and again:
// what is in is in once and adds up, the next start tells of it, and no more is lost
// than what came after the last commit.
func TestCaptureKilled(t *testing.T) {
	t.Parallel() // it mostly waits
	n := newNetwork(t, "y")
	house := filepath.Join(t.TempDir(), "warehouse")
	pinging, _ := start(t, n.a, "ping", "-q", "-i", "0.002", "-s", "100", "10.99.0.2")
	defer func() { _ = pinging.Process.Kill() }()
	args := []string{"weir", "capture", "-w", house, n.portB, "--flush-interval", "1s", "--active-timeout", "500ms", "--log-format", "json"}
	const kills = 3
	for i := range kills {
		metered, messages := start(t, n.b, args...)
		waitForMore(t, house, 2)
		time.Sleep(time.Duration(i) * 370 * time.Millisecond)
		end(t, metered, os.Kill, messages)
	}
	metered, messages := start(t, n.b, args...)
	waitForMore(t, house, 2)
	second, other := start(t, n.b, args...)
	if err := second.Wait(); err == nil || !strings.Contains(other.String(), "another capture") {
		t.Errorf("a second capture of the interface: %v: %s", err, other)
	}
	if err := metered.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	end(t, metered, syscall.SIGTERM, messages)

	must(t, "verify", "-w", house)
	for question, want := range map[string]string{
		"SELECT count(*) = count(DISTINCT flow_uid) AND count(*) > 10 AS ok FROM flows":                                     "ok\ntrue\n",
		"SELECT bool_and(c.flows = (SELECT count(*) FROM flows f WHERE f.capture_id = c.capture_id)) AS ok FROM captures c": "ok\ntrue\n",
		"SELECT count(*) FROM flows ANTI JOIN captures USING (capture_id)":                                                  "count_star()\n0\n",
		"SELECT count(*) AS n FROM captures WHERE warning LIKE '%was killed: what it metered after%'":                       fmt.Sprintf("n\n%d\n", kills),
		// Intervals are counted without a gap, and what is open is handed on.
		`SELECT bool_and(i = row_number) AND bool_and(packets_in_flows + before = total + open) AS ok FROM (
			SELECT CAST(settings->>'interval' AS INT) AS i, row_number() OVER w AS row_number, packets_in_flows,
				CAST(settings->>'open_packets' AS INT) AS open, coalesce(lag(CAST(settings->>'open_packets' AS INT)) OVER w, 0) AS before,
				coalesce((SELECT sum(total_packets) FROM flows f WHERE f.capture_id = c.capture_id), 0) AS total
			FROM captures c WINDOW w AS (PARTITION BY settings->>'session' ORDER BY CAST(settings->>'interval' AS INT)))`: "ok\ntrue\n",
		// Each run but the first two seconds or so of it is there.
		"SELECT count(DISTINCT settings->>'session') AS n FROM captures": fmt.Sprintf("n\n%d\n", kills+1),
	} {
		if got := must(t, "query", "-w", house, question); got != want {
			t.Errorf("%s:\n%swant %s", question, got, want)
		}
	}
	var last struct {
		Event   string
		Packets int64
	}
	lines := strings.Split(strings.TrimSpace(messages.String()), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || last.Event != "stopped" || last.Packets == 0 {
		t.Errorf("the last message is %q", lines[len(lines)-1])
	}
}

// With --json the result of a capture is an object on standard output.
func TestCaptureTellsResultAsJSON(t *testing.T) {
	if testing.Short() || os.Getuid() != 0 {
		t.Skip("listens to an interface, which is root's to do")
	}
	var out, errs bytes.Buffer
	s := streams{in: strings.NewReader(""), out: &out, err: &errs, program: "weir"}
	house := filepath.Join(t.TempDir(), "house")
	if code := run(t.Context(), []string{"-w", house, "capture", "lo", "--duration", "200ms", "--json"}, s); code != exitDone {
		t.Skipf("no capture from lo: status %d, %s", code, errs.String())
	}
	var result captured
	if err := json.Unmarshal(out.Bytes(), &result); err != nil || !strings.HasPrefix(result.Source, "lo@") || len(result.Session) != 32 {
		t.Errorf("%q, %v", out.String(), err)
	}
}
