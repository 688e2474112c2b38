package dns

import "strconv"

// location appends a LOC record of version 0 (RFC 1876).
func (d *rdata) location(dst []byte) []byte {
	version, size, horizontal, vertical := d.number(1), d.number(1), d.number(1), d.number(1)
	latitude, longitude, altitude := d.number(4), d.number(4), d.number(4)
	if version != 0 {
		d.bad = true
		return dst
	}
	dst = d.angle(dst, int64(latitude), 90, 'N', 'S')
	dst = d.angle(append(dst, ' '), int64(longitude), 180, 'E', 'W')
	// Centimetres above a point 100 km below the reference spheroid.
	dst = appendMetres(append(dst, ' '), int64(altitude)-100_000*100)
	for _, v := range []uint64{size, horizontal, vertical} {
		base, power := v>>4, v&15
		if base > 9 || power > 9 {
			d.bad = true
			return dst
		}
		centimetres := int64(base)
		for ; power > 0; power-- {
			centimetres *= 10
		}
		dst = appendMetres(append(dst, ' '), centimetres)
	}
	return dst
}

// angle appends thousandths of a second of arc, counted from 2^31, as degrees,
// minutes and seconds of one of two hemispheres.
func (d *rdata) angle(dst []byte, v, limit int64, positive, negative byte) []byte {
	v -= 1 << 31
	hemisphere := positive
	if v < 0 {
		v, hemisphere = -v, negative
	}
	if v > limit*3600*1000 {
		d.bad = true
		return dst
	}
	dst = strconv.AppendInt(dst, v/3_600_000, 10)
	dst = strconv.AppendInt(append(dst, ' '), v/60_000%60, 10)
	dst = strconv.AppendInt(append(dst, ' '), v/1000%60, 10)
	f := v % 1000
	return append(dst, '.', byte('0'+f/100), byte('0'+f/10%10), byte('0'+f%10), ' ', hemisphere)
}

func appendMetres(dst []byte, centimetres int64) []byte {
	if centimetres < 0 {
		dst, centimetres = append(dst, '-'), -centimetres
	}
	dst = strconv.AppendInt(dst, centimetres/100, 10)
	return append(dst, '.', byte('0'+centimetres/10%10), byte('0'+centimetres%10), 'm')
}
