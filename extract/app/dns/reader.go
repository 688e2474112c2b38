package dns

// Unknown stands for the length of a message that goes on in later fragments.
const Unknown = -1

// maxText bounds the text of the answers of one row, in bytes.
const maxText = 256 << 10

// message is what was read of one message. Its slices belong to a Sink and are
// overwritten by the next message.
type message struct {
	header
	question
	asked bool // the first question was read; name is its name
	name  []byte
	code  uint16 // the response code with its upper bits
	wire  int    // length in octets, or Unknown
	tcp   bool
	text  []byte
	marks []uint32
}

// read reads the captured bytes b of a message of the given length. It is
// false if they are no message.
func (m *message) read(b []byte, wire int, multicast bool) bool {
	if len(b) < headerLen {
		return false
	}
	m.header, m.wire = readHeader(b), wire
	m.asked, m.name, m.text, m.marks = false, m.name[:0], m.text[:0], m.marks[:0]
	if m.code = m.rcode(); opcodeName(m.opcode()) == "" {
		return false
	}
	off, o := m.readQuestions(b, multicast)
	if !m.response() || o != whole {
		return true
	}
	if off, o = m.readAnswers(b, off); o == whole && m.additionals > 0 {
		m.readCode(b, off)
	}
	return true
}

// readQuestions reads the first question and skips the others.
func (m *message) readQuestions(b []byte, multicast bool) (off int, o outcome) {
	if off = headerLen; m.questions == 0 {
		return off, whole
	}
	if m.name, off, o = appendName(m.name, b, off); o != whole {
		return off, o
	}
	if m.question, off, o = readQuestion(b, off); o != whole {
		return off, o
	}
	if m.asked = true; multicast {
		m.class &= 0x7fff
	}
	for i := 1; i < m.questions; i++ {
		if off, o = skipName(b, off); o != whole {
			return off, o
		}
		if _, off, o = readQuestion(b, off); o != whole {
			return off, o
		}
	}
	return off, whole
}

// readAnswers reads the answers up to the first that is not whole.
func (m *message) readAnswers(b []byte, off int) (int, outcome) {
	full := false
	for range m.answers {
		r, o := nextRecord(b, off)
		if o != whole {
			return off, o
		}
		if off = r.end; full || r.rtype == typeOPT || m.opcode() == opcodeUpdate {
			continue
		}
		before := len(m.text)
		if m.text = appendData(m.text, b, r); len(m.text) > maxText {
			m.text, full = m.text[:before], true
			continue
		}
		m.marks = append(m.marks, uint32(len(m.text)), r.ttl)
	}
	return off, whole
}

// readCode takes the upper bits of the response code from the OPT record, if
// there is one behind the records from off on.
func (m *message) readCode(b []byte, off int) {
	for range m.authority + m.additionals {
		r, o := nextRecord(b, off)
		if o != whole {
			return
		}
		if off = r.end; r.rtype == typeOPT {
			m.code |= uint16(r.ttl>>24) << 4
			return
		}
	}
}
