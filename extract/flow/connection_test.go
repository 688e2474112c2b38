package flow

import (
	"strings"
	"testing"
	"time"
)

// conversation reads a script such as "S <SA A >PA+5": a packet a word, its
// flags, with < from the responder, and with + its payload. A lone . has no flags.
func conversation(text string) []packet {
	var script []packet
	for i, word := range strings.Fields(text) {
		p := packet{at: time.Duration(i) * ms}
		word, p.back = strings.CutPrefix(word, "<")
		word, payload := strings.CutSuffix(word, "+")
		if payload {
			p.payload = 10
		}
		p.flags = strings.Trim(word, ".")
		script = append(script, p)
	}
	return script
}

// Zeek defines the codes of conn_state, base/protocols/conn; the comments
// quote its definitions.
func TestConnState(t *testing.T) {
	for _, c := range []struct{ script, state, history string }{
		// S0: connection attempt seen, no reply.
		{"S", "S0", "S"},
		{"S S S", "S0", "S"},
		{"S <A", "S0", "Sa"}, // some servers acknowledge before they answer
		{"S <A <SA A", "S1", "SahA"},
		// S1: connection established, not terminated.
		{"S <SA A", "S1", "ShA"},
		{"S <SA", "S1", "Sh"},
		{"S <SA A PA+ <PA+ <A", "S1", "ShADda"},
		// SF: normal establishment and termination.
		{"S <SA A PA+ <PA+ FA <FA A", "SF", "ShADdFf"},
		{"S <SA A <FA A FA <A", "SF", "ShAfFa"},
		{"S <SA A FA <FA R", "SF", "ShAFfR"},   // a reset after both FINs is normal
		{"S <SA A FA <FA <R", "SF", "ShAFfr"},  // of either end
		{"S <SA A FA R <FA A", "SF", "ShAFRf"}, // a FIN followed by a reset, then the other FIN
		{"A+ FA <FA", "SF", "DFf"},             // midstream, and closed by both ends
		// REJ: connection attempt rejected.
		{"S <RA", "REJ", "Sr"},
		{"S <SA R <R", "REJ", "ShRr"}, // no payload, reset by both ends
		// S2: established, close attempt by originator seen, no reply from responder.
		{"S <SA A FA", "S2", "ShAF"},
		{"S <SA A FA <A <PA+", "S2", "ShAFad"},
		// S3: established, close attempt by responder seen, no reply from originator.
		{"S <SA A <FA", "S3", "ShAf"},
		{"S <SA A <PA+ <FA A A", "S3", "ShAdf"},
		// RSTO: established, originator aborted.
		{"S <SA A PA+ R", "RSTO", "ShADR"},
		{"S <SA R", "RSTO", "ShR"},
		{"S <SA A <FA RA", "RSTO", "ShAfR"},
		{"SA+ <R", "RSTO", "^hR"},           // of a turned flow
		{"S <SA A FRA <FA", "RSTO", "ShAf"}, // its FIN came with the RST, not before
		// RSTR: responder sent a RST.
		{"S <SA A PA+ <R", "RSTR", "ShADr"},
		{"S <SA A FA <R", "RSTR", "ShAFr"},
		{"S <SA A PA+ R <R", "RSTR", "ShADRr"},
		// RSTOS0: originator sent a SYN followed by a RST, no SYN+ACK seen.
		{"S R", "RSTOS0", "SR"},
		{"S+ R", "RSTOS0", "SR"},
		{"S PA+ R", "RSTOS0", "SDR"},
		{"S A R", "OTH", "SAR"}, // an ACK between them makes it another story
		// RSTRH: responder sent a SYN+ACK followed by a RST, no SYN seen.
		{"SA R", "RSTRH", "^hr"},
		{"SA PA+ R", "RSTRH", "^hdr"},
		// SH: originator sent a SYN followed by a FIN, no SYN+ACK seen.
		{"S FA", "SH", "SF"},
		{"S A+ FA", "SH", "SDF"},
		// SHR: responder sent a SYN+ACK followed by a FIN, no SYN seen.
		{"SA FA", "SHR", "^hf"},
		// OTH: no SYN seen, just midstream traffic.
		{"A", "OTH", "A"},
		{"PA+ <PA+ A <A", "OTH", "DdAa"},
		{"R", "OTH", "R"},
		{"PA+ R", "OTH", "DR"},
		{"<A <R", "OTH", "AR"},
		{"SA", "OTH", "^h"},
		{".", "OTH", ""},
		// The SYN was missed, the rest was not: established.
		{"SA <A", "S1", "^hA"},
		// A SYN after midstream packets of one end alone starts over.
		{"A S", "S0", "AS"},
		// Both ends open.
		{"S <S A <A", "S1", "SsAa"},
	} {
		t.Run(c.script, func(t *testing.T) {
			one(t, conversation(c.script)...).want(t, "conn_state", c.state, "history", c.history)
		})
	}
}

// The history has a letter for the first packet of each kind and direction,
// none for packets with two of SYN, FIN and RST, and none for empty packets.
func TestHistory(t *testing.T) {
	for _, c := range []struct{ script, history string }{
		{"S S <SA <SA A A PA+ <PA+ <A FA FA <FA A", "ShADdaFf"},
		{"SF A", "A"},
		{"S RFA SRA <SRFA <RA", "Sr"},
		{"P A", "A"},   // neither ACK nor payload
		{"P+ A", "DA"}, // payload without ACK
	} {
		t.Run(c.script, func(t *testing.T) {
			one(t, conversation(c.script)...).want(t, "history", c.history)
		})
	}
	// All letters there are.
	one(t, conversation("SA <SA A <A A+ <A+ FA <FA R <R <SA SA")...).want(t, "history", "^hHaAdDfFrR")
}
