package capture

import "io"

// strand is a member that is being read.
type strand struct {
	source Source
	member *Member
	file   int   // its number among the members
	slab   Slab  // read ahead, to be merged with other strands
	at     int   // the next packet of slab
	given  int64 // packets that have gone into the caller's slabs
}

// ahead tells whether packets have been read ahead.
func (t *strand) ahead() bool { return t.at < len(t.slab.Packets) }

// fill reads ahead unless that has been done. It returns io.EOF at the end.
func (t *strand) fill() error {
	if t.ahead() {
		return nil
	}
	t.at = 0
	return t.source.Read(&t.slab)
}

func (t *strand) head() int64 { return t.slab.Packets[t.at].Time }

func (j *Joined) Read(s *Slab) error {
	s.Packets, s.Seams = s.Packets[:0], s.Seams[:0]
	if j.end == nil {
		j.end = j.read(s)
	}
	s.First = j.packets
	if len(s.Packets) == 0 {
		return j.end
	}
	j.packets += int64(len(s.Packets))
	return nil
}

// read puts the next packets into the empty slab. After an error it may
// hold packets that come before it.
func (j *Joined) read(s *Slab) error {
	s.Bytes = s.Bytes[:0]
	for {
		if len(j.strands) == 0 {
			if j.next == len(j.members) {
				return io.EOF
			}
			if err := j.begin(); err != nil {
				return err
			}
		}
		if t := j.strands[0]; len(j.strands) == 1 && !t.ahead() && j.undisturbed() {
			if len(s.Packets) > 0 {
				return nil
			}
			if done, err := j.lend(t, s); done || err != nil {
				return err
			}
			continue
		}
		if full, err := j.merge(s); full || err != nil {
			return err
		}
	}
}

// undisturbed tells whether no member begins before those at hand have ended.
func (j *Joined) undisturbed() bool {
	if j.next == len(j.members) {
		return true
	}
	next := j.members[j.next]
	if next.Packets == 0 {
		return true
	}
	for _, t := range j.strands {
		if !next.follows(t.member.extent) {
			return false
		}
	}
	return true
}

// lend reads the only strand straight into the caller's slab. It returns false
// if the strand had nothing left.
func (j *Joined) lend(t *strand, s *Slab) (bool, error) {
	err := t.source.Read(s)
	if err == io.EOF {
		s.Packets = s.Packets[:0]
		return false, j.finish(t)
	}
	if err != nil {
		s.Packets = s.Packets[:0]
		return false, err
	}
	t.given += int64(len(s.Packets))
	s.Seams = append(s.Seams[:0], Seam{File: t.file})
	return true, nil
}

// merge moves packets of several strands to the caller's slab in time order, until a
// strand ends, another one begins, or the slab is full, which it tells.
func (j *Joined) merge(s *Slab) (full bool, err error) {
	if cap(s.Bytes) < slabBytes || cap(s.Bytes) > 4*slabBytes {
		s.Bytes = append(make([]byte, 0, slabBytes), s.Bytes...)
	}
	disturbed := !j.undisturbed()
	for {
		var t *strand
		for _, x := range j.strands {
			if err := x.fill(); err == io.EOF {
				return false, j.finish(x)
			} else if err != nil {
				return false, err
			}
			if t == nil || x.head() < t.head() {
				t = x
			}
		}
		if disturbed && j.members[j.next].first < t.head() {
			return false, j.begin()
		}
		p := &t.slab.Packets[t.at]
		if len(s.Packets) == slabPackets || len(s.Packets) > 0 && len(s.Bytes)+int(p.Captured) > slabBytes {
			return true, nil
		}
		s.take(t)
		if !disturbed && len(j.strands) == 1 && !t.ahead() {
			return false, nil
		}
	}
}

// take appends a strand's next packet.
func (s *Slab) take(t *strand) {
	if n := len(s.Seams); n == 0 || s.Seams[n-1].File != t.file {
		s.Seams = append(s.Seams, Seam{Packet: len(s.Packets), File: t.file})
	}
	p := t.slab.Packets[t.at]
	data := t.slab.Data(t.at)
	p.Offset = uint32(len(s.Bytes))
	s.Packets = append(s.Packets, p)
	s.Bytes = append(s.Bytes, data...)
	t.at++
	t.given++
}
