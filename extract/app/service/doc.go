// Package service names application protocols that a few bytes of payload
// give away, and that nothing more is read of: ssh, smtp, ftp, imap, pop3,
// smb, rdp, sip, mqtt, bittorrent, stun, ntp, dhcp, snmp and rtp.
//
// A protocol is named only where the bytes are unlikely to be anything else;
// a port alone never decides. Ports help where the bytes are few: DHCPv6 is
// named on its ports only. RTP, which has no mark of its own, is named after
// rtpRun datagrams of one direction that count up by one with the same source
// and payload type.
package service
