package warehouse

import (
	"sync"
	"testing"
)

func TestProgressIsTold(t *testing.T) {
	var mu sync.Mutex
	var told []float64
	s, err := OpenMemory(t.Context(), nil, SessionOptions{Threads: 2, Progress: func(percent float64) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, percent)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Exec(t.Context(), "CREATE TABLE t AS SELECT i FROM range(5000000) t(i)"); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	told = nil
	mu.Unlock()
	if err := s.Exec(t.Context(), "SELECT count(DISTINCT hash(i * 7)), sum(sqrt(i)), count(DISTINCT i::VARCHAR) FROM t WHERE sin(i) + cos(i) > 0.1"); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(told) == 0 {
		t.Fatal("a long query told nothing")
	}
	for _, percent := range told {
		if percent < 0 || percent > 100 {
			t.Errorf("%v percent", percent)
		}
	}
	if told[len(told)-1] <= 0 {
		t.Errorf("nothing was done at the end: %v", told)
	}
}
