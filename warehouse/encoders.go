package warehouse

import "weir/warehouse/part"

// encoders bounds how many goroutines encode at once and hands their memory
// around.
type encoders struct {
	free chan *part.Encoder // nil until first used
	make func() *part.Encoder
}

// newEncoders returns n encoders of a kind, part.NewEncoder or
// part.NewDenseEncoder.
func newEncoders(n int, kind func() *part.Encoder) encoders {
	e := encoders{free: make(chan *part.Encoder, n), make: kind}
	for range n {
		e.free <- nil
	}
	return e
}

// parallelRows is how many rows a batch must have for its columns to be worth
// encoding in parallel.
const parallelRows = 4096

// take waits for an encoder, and for a large batch takes those that idle
// besides. The caller gives them back.
func (e encoders) take(rows int) []*part.Encoder {
	got := []*part.Encoder{<-e.free}
	for more := rows >= parallelRows; more; {
		select {
		case x := <-e.free:
			got = append(got, x)
		default:
			more = false
		}
	}
	for i, x := range got {
		if x == nil {
			got[i] = e.make()
		}
	}
	return got
}

func (e encoders) give(got []*part.Encoder) {
	for _, x := range got {
		e.free <- x
	}
}
