package schema

// Kind is the in-memory representation of a vector's values.
type Kind uint8

// Kinds of vectors. Each names the field of Vector that holds the values.
const (
	KindInt32   Kind = iota // Int32
	KindInt64               // Int64
	KindFloat64             // Float64
	KindBool                // Bool
	KindBytes               // Bytes, cut by Offsets
	KindList                // Elem, cut by Offsets
)

// Vector holds the values of one column of a batch, densely: a null takes a
// slot with the zero value. Only the slice its Kind names is in use.
type Vector struct {
	Kind    Kind
	Int32   []int32
	Int64   []int64
	Float64 []float64
	Bool    []bool
	// Bytes holds the text of all rows one after the other, Elem the
	// elements of all lists. Row i spans Offsets[i]:Offsets[i+1]; Offsets[0] is 0.
	Bytes   []byte
	Offsets []uint32
	Elem    *Vector
	// Valid has an entry per row in a nullable column, false for a null; it is
	// nil in other columns.
	Valid []bool
	// Nulls counts the false entries of Valid.
	Nulls int
	rows  int
}

// NewVector returns an empty vector for values of that type.
func NewVector(t Type, nullable bool) Vector {
	v := Vector{Kind: t.Kind()}
	if nullable {
		v.Valid = []bool{}
	}
	switch v.Kind {
	case KindBytes:
		v.Offsets = []uint32{0}
	case KindList:
		v.Offsets = []uint32{0}
		e := NewVector(t.Elem(), false)
		v.Elem = &e
	}
	return v
}

// Rows returns the number of rows appended.
func (v *Vector) Rows() int { return v.rows }

// Text returns row i of a KindBytes vector. It is valid until the vector is reset.
func (v *Vector) Text(i int) []byte { return v.Bytes[v.Offsets[i]:v.Offsets[i+1]] }

// Null reports whether row i is null.
func (v *Vector) Null(i int) bool { return v.Valid != nil && !v.Valid[i] }

// Size returns the bytes of memory that the values take.
func (v *Vector) Size() int {
	n := 4*len(v.Int32) + 8*len(v.Int64) + 8*len(v.Float64) + len(v.Bool) + len(v.Bytes) + 4*len(v.Offsets) + len(v.Valid)
	if v.Elem != nil {
		n += v.Elem.Size()
	}
	return n
}

// Reset empties the vector and keeps its memory.
func (v *Vector) Reset() {
	v.Int32, v.Int64, v.Float64, v.Bool = v.Int32[:0], v.Int64[:0], v.Float64[:0], v.Bool[:0]
	v.Bytes, v.Nulls, v.rows = v.Bytes[:0], 0, 0
	if v.Valid != nil {
		v.Valid = v.Valid[:0]
	}
	if v.Offsets != nil {
		v.Offsets = v.Offsets[:1]
	}
	if v.Elem != nil {
		v.Elem.Reset()
	}
}

// Truncate drops all rows from row n on.
func (v *Vector) Truncate(n int) {
	if n >= v.rows {
		return
	}
	switch v.Kind {
	case KindInt32:
		v.Int32 = v.Int32[:n]
	case KindInt64:
		v.Int64 = v.Int64[:n]
	case KindFloat64:
		v.Float64 = v.Float64[:n]
	case KindBool:
		v.Bool = v.Bool[:n]
	case KindBytes:
		v.Bytes, v.Offsets = v.Bytes[:v.Offsets[n]], v.Offsets[:n+1]
	case KindList:
		v.Elem.Truncate(int(v.Offsets[n]))
		v.Offsets = v.Offsets[:n+1]
	}
	if v.Valid != nil {
		for _, ok := range v.Valid[n:] {
			if !ok {
				v.Nulls--
			}
		}
		v.Valid = v.Valid[:n]
	}
	v.rows = n
}

// setValid records the validity of the row just appended.
func (v *Vector) setValid(ok bool) {
	v.rows++
	if v.Valid == nil {
		return
	}
	v.Valid = append(v.Valid, ok)
	if !ok {
		v.Nulls++
	}
}

// AppendInt32 appends a value, or with ok false a null, to a KindInt32 vector.
func (v *Vector) AppendInt32(x int32, ok bool) {
	if !ok {
		x = 0
	}
	v.Int32 = append(v.Int32, x)
	v.setValid(ok)
}

// AppendInt64 appends a value, or with ok false a null, to a KindInt64 vector.
func (v *Vector) AppendInt64(x int64, ok bool) {
	if !ok {
		x = 0
	}
	v.Int64 = append(v.Int64, x)
	v.setValid(ok)
}

// AppendFloat64 appends a value, or with ok false a null, to a KindFloat64 vector.
func (v *Vector) AppendFloat64(x float64, ok bool) {
	if !ok {
		x = 0
	}
	v.Float64 = append(v.Float64, x)
	v.setValid(ok)
}

// AppendBool appends a value, or with ok false a null, to a KindBool vector.
func (v *Vector) AppendBool(x, ok bool) {
	v.Bool = append(v.Bool, x && ok)
	v.setValid(ok)
}

// AppendText appends a copy of x, or with ok false a null, to a KindBytes vector.
func (v *Vector) AppendText(x []byte, ok bool) {
	if ok {
		v.Bytes = append(v.Bytes, x...)
	}
	v.EndText(ok)
}

// AppendString is AppendText for a string.
func (v *Vector) AppendString(x string, ok bool) {
	if ok {
		v.Bytes = append(v.Bytes, x...)
	}
	v.EndText(ok)
}

// EndText ends a row of a KindBytes vector whose text the caller has appended
// to v.Bytes.
func (v *Vector) EndText(ok bool) {
	v.Offsets = append(v.Offsets, uint32(len(v.Bytes)))
	v.setValid(ok)
}

// EndList ends a row of a KindList vector whose elements the caller has
// appended to v.Elem.
func (v *Vector) EndList(ok bool) {
	v.Offsets = append(v.Offsets, uint32(v.Elem.rows))
	v.setValid(ok)
}

// add appends n zero entries and returns the whole and what was added. It grows
// by halves: what append does from a few hundred entries on copies them twice
// as often.
func add[T any](s []T, n int) (whole, added []T) {
	if len(s)+n > cap(s) {
		s = append(make([]T, 0, max(len(s)+n, cap(s)+cap(s)/2)), s...)
	}
	whole = s[:len(s)+n]
	added = whole[len(s):]
	clear(added)
	return whole, added
}

// The functions add… append n rows, or the validity of n rows, for the caller to fill.

func (v *Vector) addInt32(n int) (values []int32) {
	v.rows += n
	v.Int32, values = add(v.Int32, n)
	return values
}

func (v *Vector) addInt64(n int) (values []int64) {
	v.rows += n
	v.Int64, values = add(v.Int64, n)
	return values
}

func (v *Vector) addFloat64(n int) (values []float64) {
	v.rows += n
	v.Float64, values = add(v.Float64, n)
	return values
}

func (v *Vector) addOffsets(n int) (ends []uint32) {
	v.rows += n
	v.Offsets, ends = add(v.Offsets, n)
	return ends
}

func (v *Vector) addValid(n int) (valid []bool) {
	v.Valid, valid = add(v.Valid, n)
	return valid
}
