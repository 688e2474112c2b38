// Package filter compiles filter expressions, in the language of tcpdump, to
// programs for the kernel's packet filter.
//
//	expression ─► scan ─► parse (tests, and, or, not) ─► jumps ─► bpf.Instruction
//
// It knows the part of the language of pcap-filter(7) that is about Ethernet
// and IP:
//
//	[ip|ip6|arp|rarp|ether] [src|dst|src or dst|src and dst] host A, net N, net N mask M
//	[tcp|udp|sctp] [src|dst|…] port P, portrange P-Q
//	ip, ip6, arp, rarp, tcp, udp, sctp, icmp, icmp6, igmp, ah, esp, pim, vrrp, igrp
//	ip proto P, ip6 proto P, proto P, ether proto P
//	[ether] broadcast, [ether|ip|ip6] multicast, vlan [ID], inbound, outbound
//	less N, greater N, and comparisons of arithmetic over len, numbers and
//	proto[offset:size] with proto of ether, ip, ip6, arp, rarp, tcp, udp, sctp, icmp, icmp6
//	and, or (of equal rank, from the left), not, parentheses, and qualifiers
//	left out after them: tcp port 80 or 443
//
// What it does not know it refuses with an *Error that says so. Packets too
// short for a test are refused by the program, as the kernel does it.
//
// As in tcpdump, everything behind the word vlan looks behind the tag. In the kernel
// the outer tag has been taken off the packet, so that there a test before that
// word sees tagged packets too.
package filter
