package service

// Name is the name of an application protocol, as the column service spells it: of one
// that this package knows, or of one that others read.
type Name uint8

// Names. None is that of no protocol known.
const (
	None Name = iota
	BitTorrent
	DHCP
	DNS
	FTP
	HTTP
	IMAP
	MQTT
	NTP
	POP3
	QUIC
	RDP
	RTP
	SIP
	SMB
	SMTP
	SNMP
	SSH
	STUN
	TLS
)

var names = [...]string{
	None: "", BitTorrent: "bittorrent", DHCP: "dhcp", DNS: "dns", FTP: "ftp", HTTP: "http", IMAP: "imap", MQTT: "mqtt", NTP: "ntp", POP3: "pop3",
	QUIC: "quic", RDP: "rdp", RTP: "rtp", SIP: "sip", SMB: "smb", SMTP: "smtp", SNMP: "snmp", SSH: "ssh", STUN: "stun", TLS: "tls",
}

// String returns the name, or "" for none.
func (n Name) String() string { return names[n] }

// MayStartTLS tells whether a conversation of the protocol may turn to TLS
// after a plain-text start.
func (n Name) MayStartTLS() bool {
	switch n {
	case SMTP, IMAP, POP3, FTP, RDP:
		return true
	}
	return false
}
