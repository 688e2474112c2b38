package dns

import "strconv"

// Types that the package treats by themselves.
const (
	typeNULL   = 10
	typeNIMLOC = 32 // also the NB of the NetBIOS name service
	typeSRV    = 33 // also its NBSTAT
	typeOPT    = 41
)

// kind is what is known of a type of records: its mnemonic and the layout of
// its data, a letter per field (see field), empty where only the form of
// RFC 3597 will do.
type kind struct{ name, layout string }

// kinds is indexed by type: the IANA registry "Resource Record (RR) TYPEs".
var kinds = [...]kind{
	1: {"A", "a"}, 2: {"NS", "n"}, 3: {"MD", "n"}, 4: {"MF", "n"}, 5: {"CNAME", "n"},
	6: {"SOA", "nn44444"}, 7: {"MB", "n"}, 8: {"MG", "n"}, 9: {"MR", "n"}, typeNULL: {"NULL", ""},
	11: {"WKS", ""}, 12: {"PTR", "n"}, 13: {"HINFO", "ss"}, 14: {"MINFO", "nn"}, 15: {"MX", "2n"},
	16: {"TXT", "S"}, 17: {"RP", "nn"}, 18: {"AFSDB", "2n"}, 19: {"X25", "s"}, 20: {"ISDN", "S"},
	21: {"RT", "2n"}, 22: {"NSAP", "N"}, 23: {"NSAP-PTR", "n"}, 24: {"SIG", "T114tt2nb"}, 25: {"KEY", "211b"},
	26: {"PX", "2nn"}, 27: {"GPOS", "sss"}, 28: {"AAAA", "A"}, 29: {"LOC", "L"}, 30: {"NXT", ""},
	31: {"EID", ""}, typeNIMLOC: {"NIMLOC", ""}, typeSRV: {"SRV", "222n"}, 34: {"ATMA", ""}, 35: {"NAPTR", "22sssn"},
	36: {"KX", "2n"}, 37: {"CERT", "221b"}, 38: {"A6", ""}, 39: {"DNAME", "n"}, 40: {"SINK", ""},
	typeOPT: {"OPT", ""}, 42: {"APL", "P"}, 43: {"DS", "211h"}, 44: {"SSHFP", "11h"}, 45: {"IPSECKEY", "1G"},
	46: {"RRSIG", "T114tt2nb"}, 47: {"NSEC", "nB"}, 48: {"DNSKEY", "211b"}, 49: {"DHCID", "b"}, 50: {"NSEC3", "112xyB"},
	51: {"NSEC3PARAM", "112x"}, 52: {"TLSA", "111h"}, 53: {"SMIMEA", "111h"}, 55: {"HIP", "H"}, 56: {"NINFO", "S"},
	57: {"RKEY", "211b"}, 58: {"TALINK", "nn"}, 59: {"CDS", "211h"}, 60: {"CDNSKEY", "211b"}, 61: {"OPENPGPKEY", "b"},
	62: {"CSYNC", "42B"}, 63: {"ZONEMD", "411h"}, 64: {"SVCB", "2nV"}, 65: {"HTTPS", "2nV"}, 66: {"DSYNC", "T12n"},
	67: {"HHIT", "b"}, 68: {"BRID", "b"}, 99: {"SPF", "S"}, 100: {"UINFO", ""}, 101: {"UID", ""},
	102: {"GID", ""}, 103: {"UNSPEC", ""}, 104: {"NID", "2l"}, 105: {"L32", "2a"}, 106: {"L64", "2l"},
	107: {"LP", "2n"}, 108: {"EUI48", "E"}, 109: {"EUI64", "F"}, 128: {"NXNAME", ""}, 249: {"TKEY", "ntt22zz"},
	250: {"TSIG", "n62z22z"}, 251: {"IXFR", ""}, 252: {"AXFR", ""}, 253: {"MAILB", ""}, 254: {"MAILA", ""},
	255: {"ANY", ""}, 256: {"URI", "22q"}, 257: {"CAA", "1kq"}, 258: {"AVC", "S"}, 259: {"DOA", ""},
	260: {"AMTRELAY", "R"}, 261: {"RESINFO", "S"}, 262: {"WALLET", "S"}, 263: {"CLA", "S"}, 264: {"IPN", "8"},
}

// kindOf returns what is known of a type; its name is empty if nothing is.
func kindOf(t uint16) kind {
	switch {
	case int(t) < len(kinds):
		return kinds[t]
	case t == 32768:
		return kind{"TA", "211h"}
	case t == 32769:
		return kind{"DLV", "211h"}
	}
	return kind{}
}

// AppendType appends the mnemonic of a record or query type, TYPE65400 where
// none is assigned.
func AppendType(dst []byte, t uint16) []byte { return appendOr(dst, kindOf(t).name, "TYPE", t) }

// AppendClass appends the mnemonic of a class, CLASS256 where none is assigned.
func AppendClass(dst []byte, c uint16) []byte { return appendOr(dst, className(c), "CLASS", c) }

// AppendRCode appends the mnemonic of a response code, RCODE12 where none is
// assigned.
func AppendRCode(dst []byte, r uint16) []byte { return appendOr(dst, rcodeName(r), "RCODE", r) }

// AppendOpcode appends the mnemonic of an opcode, OPCODE3 where none is assigned.
func AppendOpcode(dst []byte, o uint8) []byte {
	return appendOr(dst, opcodeName(o), "OPCODE", uint16(o))
}

func appendOr(dst []byte, name, prefix string, n uint16) []byte {
	if name != "" {
		return append(dst, name...)
	}
	return strconv.AppendUint(append(dst, prefix...), uint64(n), 10)
}

func className(c uint16) string {
	switch c {
	case 1:
		return "IN"
	case 2:
		return "CS"
	case 3:
		return "CH"
	case 4:
		return "HS"
	case 254:
		return "NONE"
	case 255:
		return "ANY"
	}
	return ""
}

// opcodeUpdate is that of dynamic updates (RFC 2136).
const opcodeUpdate = 5

var opcodes = [...]string{0: "QUERY", 1: "IQUERY", 2: "STATUS", 4: "NOTIFY", opcodeUpdate: "UPDATE", 6: "DSO"}

func opcodeName(o uint8) string {
	if int(o) < len(opcodes) {
		return opcodes[o]
	}
	return ""
}

var rcodes = [...]string{
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE", "DSOTYPENI",
	16: "BADVERS", 17: "BADKEY", 18: "BADTIME", 19: "BADMODE", 20: "BADNAME", 21: "BADALG", 22: "BADTRUNC", 23: "BADCOOKIE",
}

func rcodeName(r uint16) string {
	if int(r) < len(rcodes) {
		return rcodes[r]
	}
	return ""
}
