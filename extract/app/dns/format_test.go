package dns_test

import (
	"fmt"
	"strings"

	"weir/warehouse/schema"
)

// text formats row i of a vector; lists are joined by |.
func text(v *schema.Vector, i int) string {
	if v.Null(i) {
		return "null"
	}
	switch v.Kind {
	case schema.KindInt32:
		return fmt.Sprint(v.Int32[i])
	case schema.KindInt64:
		return fmt.Sprint(v.Int64[i])
	case schema.KindBool:
		return fmt.Sprint(v.Bool[i])
	case schema.KindBytes:
		return string(v.Text(i))
	}
	var elems []string
	for k := v.Offsets[i]; k < v.Offsets[i+1]; k++ {
		elems = append(elems, text(v.Elem, int(k)))
	}
	return "[" + strings.Join(elems, "|") + "]"
}
