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
// slot with the zero value. Only the slice its Kind names is in use. One that has
// nulls alone may hold nothing of them but their number.
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
	Nulls  int
	rows   int
	absent int     // rows, all that there are, that take no slots
	memory *Memory // nil for the heap
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
func (v *Vector) Text(i int) []byte {
	if i < v.absent {
		return nil
	}
	return v.Bytes[v.Offsets[i]:v.Offsets[i+1]]
}

// Null reports whether row i is null.
func (v *Vector) Null(i int) bool { return i < v.absent || v.Valid != nil && !v.Valid[i] }

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
	v.Bytes, v.Nulls, v.rows, v.absent = v.Bytes[:0], 0, 0, 0
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
	if v.absent > 0 {
		v.absent, v.rows, v.Nulls = n, n, n
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
	v.Valid = append(v.validRoom(1), ok)
	if !ok {
		v.Nulls++
	}
}

// AppendInt32 appends a value, or with ok false a null, to a KindInt32 vector.
func (v *Vector) AppendInt32(x int32, ok bool) {
	v.store()
	if !ok {
		x = 0
	}
	v.Int32 = append(v.int32Room(1), x)
	v.setValid(ok)
}

// AppendInt64 appends a value, or with ok false a null, to a KindInt64 vector.
func (v *Vector) AppendInt64(x int64, ok bool) {
	v.store()
	if !ok {
		x = 0
	}
	v.Int64 = append(v.int64Room(1), x)
	v.setValid(ok)
}

// AppendFloat64 appends a value, or with ok false a null, to a KindFloat64 vector.
func (v *Vector) AppendFloat64(x float64, ok bool) {
	v.store()
	if !ok {
		x = 0
	}
	v.Float64 = append(v.float64Room(1), x)
	v.setValid(ok)
}

// AppendBool appends a value, or with ok false a null, to a KindBool vector.
func (v *Vector) AppendBool(x, ok bool) {
	v.store()
	v.Bool = append(v.boolRoom(1), x && ok)
	v.setValid(ok)
}

// AppendText appends a copy of x, or with ok false a null, to a KindBytes vector.
func (v *Vector) AppendText(x []byte, ok bool) {
	if ok {
		v.Bytes = append(v.textRoom(len(x)), x...)
	}
	v.EndText(ok)
}

// AppendString is AppendText for a string.
func (v *Vector) AppendString(x string, ok bool) {
	if ok {
		v.Bytes = append(v.textRoom(len(x)), x...)
	}
	v.EndText(ok)
}

// EndText ends a row of a KindBytes vector whose text the caller has appended
// to v.Bytes.
func (v *Vector) EndText(ok bool) {
	v.store()
	v.Offsets = append(v.offsetRoom(1), uint32(len(v.Bytes)))
	v.setValid(ok)
}

// EndList ends a row of a KindList vector whose elements the caller has
// appended to v.Elem.
func (v *Vector) EndList(ok bool) {
	v.Offsets = append(v.offsetRoom(1), uint32(v.Elem.rows))
	v.setValid(ok)
}

// The functions …Room return values with room for n more.

func (v *Vector) int32Room(n int) []int32 {
	return room(v.Int32, n, v.memory, func(m *Memory) *shelf[int32] { return &m.int32 })
}

func (v *Vector) int64Room(n int) []int64 {
	return room(v.Int64, n, v.memory, func(m *Memory) *shelf[int64] { return &m.int64 })
}

func (v *Vector) float64Room(n int) []float64 {
	return room(v.Float64, n, v.memory, func(m *Memory) *shelf[float64] { return &m.float64 })
}

func (v *Vector) boolRoom(n int) []bool {
	return room(v.Bool, n, v.memory, func(m *Memory) *shelf[bool] { return &m.bool })
}

func (v *Vector) validRoom(n int) []bool {
	return room(v.Valid, n, v.memory, func(m *Memory) *shelf[bool] { return &m.bool })
}

func (v *Vector) offsetRoom(n int) []uint32 {
	return room(v.Offsets, n, v.memory, func(m *Memory) *shelf[uint32] { return &m.offset })
}

func (v *Vector) textRoom(n int) []byte {
	return room(v.Bytes, n, v.memory, func(m *Memory) *shelf[byte] { return &m.byte })
}

// textGuess is how long the first texts of a vector are taken to be at least.
const textGuess = 16

// roomForTexts returns Bytes with room for the texts of n more rows, taken to be as
// long as those before them: what outgrows its room is copied, and its memory lost.
func (v *Vector) roomForTexts(n int) []byte {
	each := textGuess
	if v.rows > 0 {
		each = max(each, 1+len(v.Bytes)/v.rows)
	}
	return v.textRoom(n * each)
}

// The functions add… append n rows, or the validity of n rows, that hold anything
// until the caller fills all of them.

func (v *Vector) addInt32(n int) (values []int32) {
	v.store()
	v.rows += n
	old := len(v.Int32)
	v.Int32 = v.int32Room(n)[:old+n]
	return v.Int32[old:]
}

func (v *Vector) addInt64(n int) (values []int64) {
	v.store()
	v.rows += n
	old := len(v.Int64)
	v.Int64 = v.int64Room(n)[:old+n]
	return v.Int64[old:]
}

func (v *Vector) addFloat64(n int) (values []float64) {
	v.store()
	v.rows += n
	old := len(v.Float64)
	v.Float64 = v.float64Room(n)[:old+n]
	return v.Float64[old:]
}

func (v *Vector) addBool(n int) (values []bool) {
	v.store()
	v.rows += n
	old := len(v.Bool)
	v.Bool = v.boolRoom(n)[:old+n]
	return v.Bool[old:]
}

func (v *Vector) addOffsets(n int) (ends []uint32) {
	v.store()
	v.rows += n
	old := len(v.Offsets)
	v.Offsets = v.offsetRoom(n)[:old+n]
	return v.Offsets[old:]
}

func (v *Vector) addValid(n int) (valid []bool) {
	old := len(v.Valid)
	v.Valid = v.validRoom(n)[:old+n]
	return v.Valid[old:]
}
