package schema

import (
	"reflect"
	"testing"
)

// fill appends rows of any value, nil for null, to a vector of that type.
func fill(t Type, nullable bool, values ...any) Vector {
	v := NewVector(t, nullable)
	for _, x := range values {
		appendValue(&v, x)
	}
	return v
}

func appendValue(v *Vector, x any) {
	ok := x != nil
	switch v.Kind {
	case KindInt32:
		n, _ := x.(int)
		v.AppendInt32(int32(n), ok)
	case KindInt64:
		n, _ := x.(int)
		v.AppendInt64(int64(n), ok)
	case KindFloat64:
		f, _ := x.(float64)
		v.AppendFloat64(f, ok)
	case KindBool:
		b, _ := x.(bool)
		v.AppendBool(b, ok)
	case KindBytes:
		s, _ := x.(string)
		v.AppendString(s, ok)
	case KindList:
		list, _ := x.([]any)
		for _, e := range list {
			appendValue(v.Elem, e)
		}
		v.EndList(ok)
	}
}

// read returns the rows of a vector as fill takes them.
func read(v *Vector) []any {
	var values []any
	for i := range v.Rows() {
		if v.Null(i) {
			values = append(values, nil)
			continue
		}
		switch v.Kind {
		case KindInt32:
			values = append(values, int(v.Int32[i]))
		case KindInt64:
			values = append(values, int(v.Int64[i]))
		case KindFloat64:
			values = append(values, v.Float64[i])
		case KindBool:
			values = append(values, v.Bool[i])
		case KindBytes:
			values = append(values, string(v.Text(i)))
		case KindList:
			values = append(values, append([]any{}, read(v.Elem)[v.Offsets[i]:v.Offsets[i+1]]...))
		}
	}
	return values
}

// samples has rows for each type, some of them null.
var samples = []struct {
	t      Type
	kind   Kind
	values []any
}{
	{Text, KindBytes, []any{"a", nil, "", "long text", nil}},
	{Bool, KindBool, []any{true, nil, false, true, nil}},
	{UInt8, KindInt32, []any{1, nil, 0, 255, nil}},
	{UInt16, KindInt32, []any{1, nil, 0, 65535, nil}},
	{Date, KindInt32, []any{1, nil, -1, 20000, nil}},
	{UInt32, KindInt64, []any{1, nil, 0, 1<<32 - 1, nil}},
	{UInt64, KindInt64, []any{1, nil, 0, 1<<63 - 1, nil}},
	{Int64, KindInt64, []any{1, nil, 0, -1 << 63, nil}},
	{Timestamp, KindInt64, []any{1, nil, 0, -1, nil}},
	{Double, KindFloat64, []any{1.5, nil, 0., -1e300, nil}},
	{TextList, KindList, []any{[]any{"a", "bc"}, nil, []any{}, []any{"", "d"}, nil}},
	{Int64List, KindList, []any{[]any{1, -2}, nil, []any{}, []any{1 << 40}, nil}},
	{UInt16List, KindList, []any{[]any{1, 2}, nil, []any{}, []any{65535}, nil}},
}

func TestVectorHoldsValuesAndNulls(t *testing.T) {
	for _, s := range samples {
		v := fill(s.t, true, s.values...)
		if v.Kind != s.kind {
			t.Errorf("%v: kind %d, want %d", s.t, v.Kind, s.kind)
		}
		if got := read(&v); !reflect.DeepEqual(got, s.values) {
			t.Errorf("%v: got %v, want %v", s.t, got, s.values)
		}
		if v.Rows() != 5 || v.Nulls != 2 {
			t.Errorf("%v: %d rows and %d nulls, want 5 and 2", s.t, v.Rows(), v.Nulls)
		}
	}
}

// A null takes a slot with the zero value, whatever was handed over with it.
func TestNullIsZero(t *testing.T) {
	a, b, c, d, e := NewVector(UInt8, true), NewVector(Int64, true), NewVector(Double, true), NewVector(Bool, true), NewVector(Text, true)
	a.AppendInt32(7, false)
	b.AppendInt64(7, false)
	c.AppendFloat64(7, false)
	d.AppendBool(true, false)
	e.AppendText([]byte("x"), false)
	e.AppendString("x", false)
	if a.Int32[0] != 0 || b.Int64[0] != 0 || c.Float64[0] != 0 || d.Bool[0] || len(e.Bytes) != 0 || len(e.Offsets) != 3 {
		t.Errorf("nulls are not zero: %v %v %v %v %q", a.Int32, b.Int64, c.Float64, d.Bool, e.Bytes)
	}
}

func TestVectorWithoutNulls(t *testing.T) {
	v := fill(Int64, false, 1, 2)
	if v.Valid != nil || v.Null(0) || v.Nulls != 0 || v.Rows() != 2 {
		t.Errorf("a vector that is not nullable: %+v", v)
	}
	v.Truncate(1)
	v.Reset()
	if v.Valid != nil || v.Rows() != 0 {
		t.Errorf("after Reset: %+v", v)
	}
}

// Truncate leaves the vector as if the rows from n on had never been appended.
func TestVectorTruncate(t *testing.T) {
	for _, s := range samples {
		for n := range len(s.values) + 2 {
			v := fill(s.t, true, s.values...)
			v.Truncate(n)
			kept := s.values[:min(n, len(s.values))]
			again := append(append([]any{}, kept...), s.values...)
			want := fill(s.t, true, kept...)
			if v.Rows() != want.Rows() || v.Nulls != want.Nulls || v.Size() != want.Size() || len(v.Valid) != len(want.Valid) {
				t.Errorf("%v cut to %d: %+v, want %+v", s.t, n, v, want)
			}
			for _, x := range s.values {
				appendValue(&v, x)
			}
			if got := read(&v); !reflect.DeepEqual(got, again) {
				t.Errorf("%v cut to %d and filled: got %v, want %v", s.t, n, got, again)
			}
		}
	}
}

func TestVectorReset(t *testing.T) {
	for _, s := range samples {
		v := fill(s.t, true, s.values...)
		v.Reset()
		empty := NewVector(s.t, true)
		if v.Rows() != 0 || v.Nulls != 0 || v.Size() != empty.Size() {
			t.Errorf("%v: not empty after Reset: %+v", s.t, v)
		}
		for _, x := range s.values {
			appendValue(&v, x)
		}
		if got := read(&v); !reflect.DeepEqual(got, s.values) {
			t.Errorf("%v: after Reset got %v, want %v", s.t, got, s.values)
		}
		if n := testing.AllocsPerRun(100, v.Reset); n != 0 {
			t.Errorf("%v: Reset allocates %v times", s.t, n)
		}
	}
}

// Size counts the bytes of values, offsets and validity.
func TestVectorSize(t *testing.T) {
	for _, c := range []struct {
		v    Vector
		want int
	}{
		{fill(UInt16, false, 1, 2), 8},
		{fill(Int64, true, 1, nil), 18},
		{fill(Double, false, 1., 2.), 16},
		{fill(Bool, true, true, nil), 4},
		{fill(Text, false, "abc", "d"), 4 + 12},
		{fill(UInt16List, true, []any{1, 2, 3}), 12 + 8 + 1},
	} {
		if got := c.v.Size(); got != c.want {
			t.Errorf("%+v: size %d, want %d", c.v, got, c.want)
		}
	}
}
