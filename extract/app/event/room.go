package event

// roomLength is how many entries are made room for at once.
const roomLength = 16 << 10

// Room keeps copies of short slices one after the other, since what is kept together
// and dropped together needs no memory of its own. The zero Room is ready.
type Room[T any] struct{ free []T }

// Copy returns a copy of s; nil if it is empty.
func (r *Room[T]) Copy(s []T) []T {
	if len(s) == 0 {
		return nil
	}
	if len(s) > roomLength/8 {
		return append(make([]T, 0, len(s)), s...)
	}
	if cap(r.free)-len(r.free) < len(s) {
		r.free = make([]T, 0, roomLength)
	}
	n := len(r.free)
	r.free = append(r.free, s...)
	return r.free[n:len(r.free):len(r.free)]
}
