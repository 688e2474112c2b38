package schema

import "testing"

func TestMicrosRoundsDown(t *testing.T) {
	for ns, want := range map[int64]int64{0: 0, 999: 0, 1000: 1, 1999: 1, -1: -1, -1000: -1, -1001: -2} {
		if got := Micros(ns); got != want {
			t.Errorf("%d ns: got %d us, want %d", ns, got, want)
		}
	}
}
