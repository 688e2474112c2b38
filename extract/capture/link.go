package capture

import "strconv"

// String returns the LINKTYPE_ name in lower case, such as ethernet or linux_sll2, and
// linktype-N for a number without a name here.
func (t LinkType) String() string {
	if name, ok := linkNames[t]; ok {
		return name
	}
	return "linktype-" + strconv.Itoa(int(t))
}

// linkNames holds the registered types that captures of networks and of buses
// come with. 12 and 14 are raw IP as some systems write it into their files.
var linkNames = map[LinkType]string{
	12:  "raw",
	14:  "raw",
	0:   "null",
	1:   "ethernet",
	3:   "ax25",
	6:   "ieee802_5",
	7:   "arcnet_bsd",
	8:   "slip",
	9:   "ppp",
	10:  "fddi",
	50:  "ppp_hdlc",
	51:  "ppp_ether",
	100: "atm_rfc1483",
	101: "raw",
	104: "c_hdlc",
	105: "ieee802_11",
	107: "frelay",
	108: "loop",
	113: "linux_sll",
	114: "ltalk",
	117: "pflog",
	119: "ieee802_11_prism",
	122: "ip_over_fc",
	127: "ieee802_11_radiotap",
	138: "apple_ip_over_ieee1394",
	143: "docsis",
	147: "user0",
	163: "ieee802_11_avs",
	165: "bacnet_ms_tp",
	166: "ppp_pppd",
	177: "linux_lapd",
	187: "bluetooth_hci_h4",
	189: "usb_linux",
	192: "ppi",
	195: "ieee802_15_4_withfcs",
	197: "erf",
	201: "bluetooth_hci_h4_with_phdr",
	204: "ppp_with_dir",
	220: "usb_linux_mmapped",
	226: "ipnet",
	227: "can_socketcan",
	228: "ipv4",
	229: "ipv6",
	230: "ieee802_15_4_nofcs",
	239: "nflog",
	240: "netanalyzer",
	242: "ipoib",
	247: "infiniband",
	248: "sctp",
	249: "usbpcap",
	251: "bluetooth_le_ll",
	253: "netlink",
	254: "bluetooth_linux_monitor",
	256: "bluetooth_le_ll_with_phdr",
	258: "pktap",
	266: "usb_darwin",
	271: "vsock",
	274: "ethernet_mpacket",
	276: "linux_sll2",
}
