package scenario

import "encoding/binary"

// vxlanPort is where VXLAN is sent to.
const vxlanPort = 4789

// vxlan returns a frame in the virtual network vni.
func vxlan(vni uint32, frame []byte) []byte {
	h := []byte{0x08, 0, 0, 0}
	return append(binary.BigEndian.AppendUint32(h, vni<<8), frame...)
}

// gre returns an IP packet behind a GRE header with a key.
func gre(key uint32, packet []byte) []byte {
	h := binary.BigEndian.AppendUint16([]byte{0x20, 0}, typeIPv4)
	return append(binary.BigEndian.AppendUint32(h, key), packet...)
}
