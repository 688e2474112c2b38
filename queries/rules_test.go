package queries

import (
	"fmt"
	"strings"
	"testing"

	"weir/warehouse"
)

// ruleFlows returns a session with flows that rules tell apart:
//
//	w  tcp 10.0.0.1:40000 → 10.0.0.2:80        12:00:00 to 12:00:10
//	d  udp 10.0.0.1:40000 → 192.0.2.53:53 dns  12:00:05 to 12:00:05
//	s  tcp 2001:db8::1:22 → 2001:db8::2:50000  12:01:00 to 12:01:00
//	i  ipv6-icmp 2001:db8::1 → 2001:db8::2     12:02:00 to 12:02:00
//	e  ethernet, no addresses                  12:03:00 to 12:03:00
func ruleFlows(t testing.TB) *warehouse.Session {
	t.Helper()
	s, err := warehouse.OpenMemory(t.Context(), nil, warehouse.SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	err = s.Exec(t.Context(), `CREATE VIEW flows AS SELECT *, TIMESTAMPTZ '2026-03-14 12:00:00+00' + to_seconds(a) AS start_time,
		TIMESTAMPTZ '2026-03-14 12:00:00+00' + to_seconds(b) AS end_time FROM (VALUES
		('w', 'tcp', 6, NULL, '10.0.0.1', 40000, '10.0.0.2', 80, 0, 10),
		('d', 'udp', 17, 'dns', '10.0.0.1', 40000, '192.0.2.53', 53, 5, 5),
		('s', 'tcp', 6, NULL, '2001:db8::1', 22, '2001:db8::2', 50000, 60, 60),
		('i', 'ipv6-icmp', 58, NULL, '2001:db8::1', NULL, '2001:db8::2', NULL, 120, 120),
		('e', 'ethernet', NULL, NULL, NULL, NULL, NULL, NULL, 180, 180)
		) AS f(uid, protocol, protocol_number, service, src_ip, src_port, dst_ip, dst_port, a, b)`)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// numbers selects ruleNumbers.
func numbers() string {
	var list []string
	for name, sql := range ruleNumbers {
		list = append(list, sql+" AS "+name)
	}
	return strings.Join(list, ", ")
}

func TestRulesMatch(t *testing.T) {
	s := ruleFlows(t)
	for _, c := range []struct{ header, line, want string }{
		{"label", "x", "w d s i e"},
		{"src,label", "10.0.0.1,x", "w d"},
		{"src,label", "10.0.0.2,x", "w"}, // turned around
		{"src,direction,label", "10.0.0.2,forward,x", ""},
		{"src,direction,label", "10.0.0.1,Forward,x", "w d"},
		{"dst,label", "10.0.0.0/24,x", "w d"},
		{"dst,direction,label", "10.0.0.0/24,forward,x", "w"},
		{"dst,label", "10.0.0.7/24,x", "w d"}, // bits behind the prefix do not count
		{"dst,label", "10.0.0.2;192.0.2.0/24,x", "w d"},
		{"src,label", "2001:DB8:0::1,x", "s i"},
		{"src,label", "2001:db8::/32,x", "s i"},
		{"src,label", "::ffff:10.0.0.2,x", "w"},
		{"src,label", "*,x", "w d s i e"},
		{"src,label", "Any,x", "w d s i e"},
		{"dst_port,label", "80,x", "w"},
		{"dst_port,label", "22,x", "s"},
		{"dst_port,direction,label", "22,forward,x", ""},
		{"dst_port,label", "50-80,x", "w d"},
		{"dst_port,label", `"53,80",x`, "w d"},
		{"dst_port,label", "53 | 79-81,x", "w d"},
		{"src,dst_port,label", "10.0.0.1,80,x", "w"},
		{"src,dst_port,label", "10.0.0.2,80,x", ""}, // both ends turn together
		{"src,src_port,dst_port,label", "10.0.0.2,80,40000,x", "w"},
		{"protocol,label", "TCP,x", "w s"},
		{"protocol,label", "icmp,x", "i"},
		{"protocol,label", "dns,x", "d"},
		{"protocol,label", "17;58,x", "d i"},
		{"protocol,label", "ethernet 6,x", "w s e"},
		{"protocol,label", "all,x", "w d s i e"},
		{"from,label", "2026-03-14T12:01:00Z,x", "s i e"},
		{"from,label", "2026-03-14 12:00:08,x", "w s i e"}, // w is still going on
		{"to,label", "2026-03-14T12:00:05,x", "w"},         // to is excluded
		{"from,to,label", "2026-03-14T13:01+01:00,2026-03-14 12:02:00.000001,x", "s i"},
		{"from,label", "2026-03-14 12:00:10.000001,x", "s i e"},
		{"from,to,protocol,src,label", "2026-03-14,2026-03-15,udp,192.0.2.53,x", "d"},
		{"Label , SRC", "x, 10.0.0.2", "w"},
	} {
		rules, err := ParseRules("r.csv", strings.NewReader("\ufeff"+c.header+"\n# a remark, with a comma\n"+c.line+"\n"))
		if err != nil {
			t.Errorf("%s: %v", c.line, err)
			continue
		}
		var got []string
		err = eachRow(t.Context(), s, "SELECT uid FROM (SELECT *, "+numbers()+" FROM flows) WHERE "+rules[0].Condition, nil, func(r record) { got = append(got, r.text(0)) })
		if err != nil || strings.Join(got, " ") != c.want || rules[0].Label != "x" || rules[0].Line != 3 {
			t.Errorf("%s %s: %v of rule %+v, want %s; %v", c.header, c.line, got, rules[0], c.want, err)
		}
	}
}

func TestRulesFaults(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "no rules: the first line names the columns"},
		{"label\n", "no rules below the header"},
		{"src,dst\n", "no column label"},
		{"lable\n", `line 1: no column of rules is called "lable"`},
		{"label,label\n", "the column label is there twice"},
		{"label,src\nx\n", "r.csv: line 2, 1 cells, and the header has 2 columns"},
		{"label\nx\n\" \"\n", "r.csv: line 3, label: it is empty"},
		{"src,label\n10.0.0.300,x\n", `line 2, src: "10.0.0.300" is neither an address`},
		{"dst,label\nfe80::1%eth0,x\n", "line 2, dst: "},
		{"dst,label\n10.0.0.0/33,x\n", "line 2, dst: "},
		{"src_port,label\n65536,x\n", "line 2, src_port: "},
		{"dst_port,label\n90-80,x\n", `dst_port: "90-80" is neither a port`},
		{"dst_port,label\n-80,x\n", "dst_port: "},
		{"protocol,label\n256,x\n", `protocol: "256"`},
		{"from,label\nyesterday,x\n", `from: "yesterday" is no time`},
		{"from,to,label\n2026-03-15,2026-03-14,x\n", "to: 2026-03-14 is not after 2026-03-15"},
		{"direction,label\nbackward,x\n", "direction: "},
		{"label\n\"x\n", "r.csv: "},
		{"label\na\x00b\n", `line 2, label: "a\x00b"`},
		{"protocol,label\n\xff,x\n", `line 2, protocol: "\xff"`},
	} {
		rules, err := ParseRules("r.csv", strings.NewReader(c.text))
		if err == nil || rules != nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "r.csv: ") {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
	_, err := ParseRules("r.csv", strings.NewReader("src,label\nx,x\n,x\ny,x\n"))
	if n := strings.Count(err.Error(), "r.csv: line "); n != 2 {
		t.Errorf("all faults are told at once: %v", err)
	}
	_, err = ParseRules("r.csv", strings.NewReader("src,label\n"+strings.Repeat("x,x\n", 1000)))
	if n := strings.Count(err.Error(), "r.csv: line "); n != maxRuleErrors {
		t.Errorf("%d faults told", n)
	}
}

// FuzzParseRules parses any file: what is accepted is SQL that DuckDB takes.
func FuzzParseRules(f *testing.F) {
	f.Add("from,to,src,dst,src_port,dst_port,protocol,direction,label\n2026-03-14,2026-03-15 10:00,10.0.0.1;fd00::/8,*,1-2,80 443,tcp|dns,forward,it's\n")
	f.Add("protocol,label\n\"x') OR (1=1 --\",x\n")
	f.Add("src,label\n::ffff:1.2.3.4/120,\"a\nb\"\n")
	s := ruleFlows(f)
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := ParseRules("r", strings.NewReader(text))
		if err != nil || len(rules) > 50 {
			return
		}
		for _, r := range rules {
			sql := fmt.Sprintf("SELECT count(*) FROM (SELECT *, %s FROM flows) WHERE %s\n", numbers(), r.Condition)
			if err := s.Exec(t.Context(), sql); err != nil {
				t.Errorf("%s: %v", sql, err)
			}
		}
	})
}
