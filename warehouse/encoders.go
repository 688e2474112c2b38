package warehouse

import "weir/warehouse/part"

// encoders bounds how many goroutines encode at once and hands their memory
// around. Tokens are nil until first used.
type encoders chan *part.Encoder

func newEncoders(n int) encoders {
	e := make(encoders, n)
	for range n {
		e <- nil
	}
	return e
}

// parallelRows is how many rows a batch must have for its columns to be worth
// encoding in parallel.
const parallelRows = 4096

// take waits for an encoder, and for a large batch takes those that idle
// besides. The caller gives them back also after an error.
func (e encoders) take(rows int) ([]*part.Encoder, error) {
	got := []*part.Encoder{<-e}
	for more := rows >= parallelRows; more; {
		select {
		case x := <-e:
			got = append(got, x)
		default:
			more = false
		}
	}
	for i, x := range got {
		if x != nil {
			continue
		}
		var err error
		if got[i], err = part.NewEncoder(); err != nil {
			return got, err
		}
	}
	return got, nil
}

func (e encoders) give(got []*part.Encoder) {
	for _, x := range got {
		e <- x
	}
}
