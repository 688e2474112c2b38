package capture

import "weir/extract/capture/filter"

// FilterError says what is wrong with a filter expression.
type FilterError = filter.Error

// limited is a live source that ends after a number of packets.
type limited struct {
	*Live
	left int64
}

// Limit returns a source that gives the first n packets of a live one.
func Limit(live *Live, n int64) Source { return &limited{live, n} }

func (l *limited) Read(s *Slab) error {
	if l.left == 0 {
		l.Stop()
		// What comes until the rings are empty is not wanted.
		for {
			if err := l.Live.Read(s); err != nil {
				s.Packets = s.Packets[:0]
				return err
			}
		}
	}
	if err := l.Live.Read(s); err != nil {
		return err
	}
	s.Packets = s.Packets[:min(int64(len(s.Packets)), l.left)]
	l.left -= int64(len(s.Packets))
	return nil
}
