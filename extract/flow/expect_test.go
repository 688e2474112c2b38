package flow

import (
	"reflect"
	"testing"

	"weir/extract/decode"
)

// TestExpectChangesNothing adds packets to two tables, one of which is told of them
// before: those of open flows, of flows to come, of equal hashes, none.
func TestExpectChangesNothing(t *testing.T) {
	headers := conversations(3 * cached)
	for i := range headers[:100] {
		headers[i+200].Hash = headers[i].Hash
	}
	var lists [][]uint32
	for from := 0; from < len(headers); from += Ahead + 5 {
		var list []uint32
		for i := from; i < min(from+Ahead+5, len(headers)); i++ {
			list = append(list, uint32(i))
		}
		lists = append(lists, list)
	}
	lists = append(lists, nil)
	run := func(expect bool) []row {
		table := NewTable(DefaultConfig(), testOrigin, nil)
		for round := range 3 {
			for _, list := range lists {
				if expect {
					table.Expect(headers, list)
				}
				for _, i := range list {
					h := headers[i]
					h.Reverse = round == 1
					h.Flags |= decode.PSH
					table.Add(&h, int64(round)*10_000+int64(i))
				}
			}
		}
		table.Finish(EndEOF)
		return rowsOf(table)
	}
	if plain, told := run(false), run(true); len(plain) < 2*cached || !reflect.DeepEqual(plain, told) {
		t.Errorf("%d rows differ from %d rows", len(told), len(plain))
	}
}
