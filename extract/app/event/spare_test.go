package event

import "testing"

// What is given is taken again, so much and no more is kept, and there is always one.
func TestSpare(t *testing.T) {
	var s Spare[int]
	given := map[*int]bool{}
	for range maxSpare + 5 {
		e := new(int)
		given[e] = true
		s.Give(e)
	}
	kept := 0
	for range maxSpare + 5 {
		e := s.Take()
		if e == nil {
			t.Fatal("no event")
		}
		if given[e] {
			kept++
			delete(given, e)
		}
	}
	if kept != maxSpare {
		t.Errorf("%d events were kept, want %d", kept, maxSpare)
	}
}
