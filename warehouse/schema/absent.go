package schema

// AppendNull appends a null to a vector that is no list.
func (v *Vector) AppendNull() { v.addNulls(1) }

// addNulls appends n nulls to a vector that is no list.
func (v *Vector) addNulls(n int) {
	if v.absent < v.rows {
		v.storeNulls(n)
		return
	}
	v.absent, v.rows, v.Nulls = v.absent+n, v.rows+n, v.Nulls+n
}

// addDefaults appends n rows that are null, or 0 in a vector without nulls.
func (v *Vector) addDefaults(n int) {
	switch {
	case v.Valid != nil:
		v.addNulls(n)
	case v.Kind == KindInt32:
		clear(v.addInt32(n))
	default:
		clear(v.addInt64(n))
	}
}

// store gives the absent rows the slots that nulls have beside values.
func (v *Vector) store() {
	if n := v.absent; n > 0 {
		v.absent, v.rows, v.Nulls = 0, 0, 0
		v.storeNulls(n)
	}
}

func (v *Vector) storeNulls(n int) {
	switch v.Kind {
	case KindInt32:
		clear(v.addInt32(n))
	case KindInt64:
		clear(v.addInt64(n))
	case KindFloat64:
		clear(v.addFloat64(n))
	case KindBool:
		clear(v.addBool(n))
	default:
		end := v.Offsets[len(v.Offsets)-1] // Bytes may have the text of the next row already
		ends := v.addOffsets(n)
		for i := range ends {
			ends[i] = end
		}
	}
	clear(v.addValid(n))
	v.Nulls += n
}

// leadingNulls appends the nulls that rows begin with, as long as the vector has no
// other rows, and returns the rows from the first on that is not null.
func leadingNulls[R, T any](v *Vector, rows []R, value func(R) (T, bool)) []R {
	if v.absent < v.rows {
		return rows
	}
	n := 0
	for ; n < len(rows); n++ {
		if _, ok := value(rows[n]); ok {
			break
		}
	}
	v.addNulls(n)
	return rows[n:]
}
