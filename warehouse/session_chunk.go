package warehouse

import (
	"math"
	"math/big"
	"strconv"
	"unsafe"

	duckdb "github.com/duckdb/duckdb-go-bindings"

	"weir/warehouse/schema"
)

// Kind says how the values of a result column stand in a vector and what
// they mean.
type Kind uint8

// Kinds of result columns, with the slice of the vector that holds them.
const (
	Integer   Kind = iota // Int64
	Double                // Float64; never NaN or infinite, those are null
	Bool                  // Bool
	Text                  // Bytes, UTF-8
	Date                  // Int64, days since 1970-01-01
	Timestamp             // Int64, microseconds since 1970-01-01 UTC
	Number                // Bytes, a decimal number as text: too wide for Int64, or with a fixed scale
	JSON                  // Bytes, a JSON value as text: a structure or a map
	List                  // Elem of kind ResultColumn.Elem
)

// Numeric reports whether values of the kind are numbers.
func (k Kind) Numeric() bool { return k == Integer || k == Double || k == Number }

// ResultColumn describes a column of a result.
type ResultColumn struct {
	Name string
	// Type is DuckDB's name of the type, such as "BIGINT" or "VARCHAR[]".
	Type string
	Kind Kind
	// Elem is the kind of a list's elements; it is never List.
	Elem Kind
}

// Chunk holds some rows of a result, a vector per column. It is valid until
// the next call of Rows.Next.
type Chunk struct {
	Rows    int
	Vectors []schema.Vector
}

func newVector(c ResultColumn) schema.Vector {
	v := schema.Vector{Kind: vectorKind(c.Kind), Valid: []bool{}}
	switch v.Kind {
	case schema.KindBytes:
		v.Offsets = []uint32{0}
	case schema.KindList:
		elem := newVector(ResultColumn{Kind: c.Elem})
		v.Offsets, v.Elem = []uint32{0}, &elem
	}
	return v
}

func vectorKind(k Kind) schema.Kind {
	switch k {
	case Double:
		return schema.KindFloat64
	case Bool:
		return schema.KindBool
	case Text, Number, JSON:
		return schema.KindBytes
	case List:
		return schema.KindList
	default:
		return schema.KindInt64
	}
}

// decoder copies one column of DuckDB's chunks into a vector.
type decoder struct {
	physical duckdb.Type
	elem     *decoder
}

// validity is DuckDB's bit mask of the rows that are not null; nil means all.
type validity struct{ bits *uint64 }

func (m validity) ok(i int) bool {
	return m.bits == nil || unsafe.Slice(m.bits, i/64+1)[i/64]>>(i%64)&1 == 1
}

// decode appends rows from to to of src to v.
func (d *decoder) decode(v *schema.Vector, src duckdb.Vector, from, to int) {
	data := duckdb.VectorGetData(src)
	mask := validity{(*uint64)(duckdb.VectorGetValidity(src))}
	switch d.physical {
	case duckdb.TypeBoolean:
		for i, x := range unsafe.Slice((*bool)(data), to)[from:] {
			v.AppendBool(x, mask.ok(from+i))
		}
	case duckdb.TypeTinyInt:
		integers[int8](v, data, mask, from, to)
	case duckdb.TypeSmallInt:
		integers[int16](v, data, mask, from, to)
	case duckdb.TypeInteger:
		integers[int32](v, data, mask, from, to)
	case duckdb.TypeUTinyInt:
		integers[uint8](v, data, mask, from, to)
	case duckdb.TypeUSmallInt:
		integers[uint16](v, data, mask, from, to)
	case duckdb.TypeUInteger:
		integers[uint32](v, data, mask, from, to)
	case duckdb.TypeBigInt:
		integers[int64](v, data, mask, from, to)
	case duckdb.TypeDate:
		dates(v, data, mask, from, to)
	case duckdb.TypeTimestamp, duckdb.TypeTimestampTZ:
		times(v, data, mask, from, to)
	case duckdb.TypeDouble:
		for i, x := range unsafe.Slice((*float64)(data), to)[from:] {
			v.AppendFloat64(x, mask.ok(from+i) && !math.IsNaN(x) && !math.IsInf(x, 0))
		}
	case duckdb.TypeUBigInt:
		for i, x := range unsafe.Slice((*uint64)(data), to)[from:] {
			if mask.ok(from + i) {
				v.Bytes = strconv.AppendUint(v.Bytes, x, 10)
			}
			v.EndText(mask.ok(from + i))
		}
	case duckdb.TypeHugeInt:
		hugeInts(v, data, mask, from, to)
	case duckdb.TypeVarchar:
		for i := from; i < to; i++ {
			if !mask.ok(i) {
				v.EndText(false)
				continue
			}
			v.AppendText(textAt(data, i), true)
		}
	case duckdb.TypeList:
		d.lists(v, src, data, mask, from, to)
	}
}

func integers[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32](v *schema.Vector, data unsafe.Pointer, mask validity, from, to int) {
	for i, x := range unsafe.Slice((*T)(data), to)[from:] {
		v.AppendInt64(int64(x), mask.ok(from+i))
	}
}

// dates and times hold infinity as the largest and smallest numbers, which
// are no dates and become null.
func dates(v *schema.Vector, data unsafe.Pointer, mask validity, from, to int) {
	for i, x := range unsafe.Slice((*int32)(data), to)[from:] {
		v.AppendInt64(int64(x), mask.ok(from+i) && x != math.MaxInt32 && x != -math.MaxInt32)
	}
}

func times(v *schema.Vector, data unsafe.Pointer, mask validity, from, to int) {
	for i, x := range unsafe.Slice((*int64)(data), to)[from:] {
		v.AppendInt64(x, mask.ok(from+i) && x != math.MaxInt64 && x != -math.MaxInt64)
	}
}

func hugeInts(v *schema.Vector, data unsafe.Pointer, mask validity, from, to int) {
	for i, x := range unsafe.Slice((*hugeInt)(data), to)[from:] {
		if !mask.ok(from + i) {
			v.EndText(false)
			continue
		}
		if small := int64(x.lower); x.upper == small>>63 {
			v.Bytes = strconv.AppendInt(v.Bytes, small, 10)
		} else {
			n := new(big.Int).Lsh(big.NewInt(x.upper), 64)
			v.Bytes = n.Add(n, new(big.Int).SetUint64(x.lower)).Append(v.Bytes, 10)
		}
		v.EndText(true)
	}
}

func (d *decoder) lists(v *schema.Vector, src duckdb.Vector, data unsafe.Pointer, mask validity, from, to int) {
	child := duckdb.ListVectorGetChild(src)
	for i, e := range unsafe.Slice((*struct{ offset, length uint64 })(data), to)[from:] {
		if mask.ok(from + i) {
			d.elem.decode(v.Elem, child, int(e.offset), int(e.offset+e.length))
		}
		v.EndList(mask.ok(from + i))
	}
}

// inlineText is the longest text that DuckDB keeps within its 16-byte entry.
const inlineText = 12

// textEntry is an entry of DuckDB's text vector: up to inlineText bytes in
// place, more behind a pointer in the last eight bytes.
type textEntry struct {
	length uint32
	inline [inlineText]byte
}

// textAt returns entry i of a text vector; it is valid as long as the chunk.
func textAt(data unsafe.Pointer, i int) []byte {
	e := &unsafe.Slice((*textEntry)(data), i+1)[i]
	if e.length <= inlineText {
		return e.inline[:e.length]
	}
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&e.inline[4])), e.length)
}
