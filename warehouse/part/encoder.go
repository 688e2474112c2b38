package part

import (
	"fmt"
	"hash/maphash"

	"github.com/DataDog/zstd"
	"github.com/klauspost/compress/huff0"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/plain"
	"github.com/parquet-go/parquet-go/format"

	"weir/warehouse/schema"
)

// Encoder turns columns into compressed pages. It holds the memory that this
// takes, to be used again for other row groups and files, by one goroutine at
// a time.
type Encoder struct {
	zstd    zstd.Ctx
	huffman huff0.Scratch
	// level is that of zstd's own scale.
	level int
	plain plain.Encoding
	delta delta.BinaryPackedEncoding
	// dense says that room counts for more than time.
	dense bool

	order  []int32  // File.Write's
	chunks []*chunk // File.Write's

	// Of the column in hand.
	shape   shape
	values  values
	layout  layout
	ids     []int32
	lengths []int32
	dict32  *intDict[int32]
	dict64  *intDict[int64]
	texts   textDict
	bounds  []bounds
	page    []byte // a page before compression
	scratch []byte
	packed  []byte // a page after compression
}

// Levels of zstd, by measuring flows. Level 2 takes more time than 1 and no less
// room. Level 15 takes thrice as long as 9, which pays for ids of values that repeat:
// there it takes a twentieth less room, and little less elsewhere.
const (
	fastLevel     = 1
	tryLevel      = 3 // by which a dense encoder compares layouts
	denseLevel    = 9
	thoroughLevel = 15
)

// NewEncoder returns an encoder that is fast. It takes a few megabytes, and more
// for large batches.
func NewEncoder() *Encoder { return newEncoder(fastLevel, false) }

// NewDenseEncoder returns an encoder for files that stay: it takes three
// times as long and about a quarter less room.
func NewDenseEncoder() *Encoder { return newEncoder(denseLevel, true) }

func newEncoder(level int, dense bool) *Encoder {
	return &Encoder{
		zstd:   zstd.NewCtx(),
		level:  level,
		dense:  dense,
		dict32: newIntDict[int32](),
		dict64: newIntDict[int64](),
		texts:  textDict{seed: maphash.MakeSeed()},
	}
}

// chunk is an encoded column of a row group. Offsets count from its beginning.
type chunk struct {
	buf      []byte // dictionary page and data pages
	dict     int    // size of the dictionary page, 0 if there is none
	raw      int64  // size before compression, headers included
	levels   int64  // values, nulls and empty lists
	nulls    int64
	encoding format.Encoding
	total    bounds
	pages    []pageStat
	err      error
}

// pageStat is what the page index holds of a page.
type pageStat struct {
	offset, size int
	firstRow     int64
	nulls        int64
	bounds       bounds
	lo, hi       []byte
}

// encode fills out with column c of a batch.
func (e *Encoder) encode(c schema.Column, v *schema.Vector, order []int32, out *chunk) error {
	*out = chunk{buf: out.buf[:0], pages: out.pages[:0]}
	leaf := leafOf(c)
	e.shape.set(leaf, v, order)
	e.values.gather(&e.shape, v, order)
	e.shape.cut(&e.values, v.Rows(), e.pageOf(c))
	if e.values.kind != schema.KindBytes {
		e.bound(out) // integers are told apart by where they lie
	}
	if err := e.choose(c.Encoding, out.total); err != nil {
		return err
	}
	if e.values.kind == schema.KindBytes {
		e.bound(out) // of the entries of a dictionary, which are few
	}
	out.encoding = e.layout.encoding
	out.levels = int64(e.shape.levels)
	out.nulls = int64(e.shape.levels - e.values.n)
	if e.layout.encoding == format.RLEDictionary {
		if err := e.appendDictionary(out); err != nil {
			return err
		}
	}
	return e.appendPages(leaf, out)
}

// bound finds the bounds of the pages and of all of them.
func (e *Encoder) bound(out *chunk) {
	e.bounds = e.bounds[:0]
	dict := e.values.kind == schema.KindBytes && e.layout.encoding == format.RLEDictionary
	start := cut{}
	for i, end := range e.shape.cuts {
		var b bounds
		if dict {
			b = textBounds(e.values.text, e.texts.entries(i, e.ids[start.value:end.value]))
		} else {
			b = e.values.boundsOf(start.value, end.value)
		}
		e.bounds = append(e.bounds, b)
		out.total.merge(b, e.values.kind)
		start = end
	}
}

// fillDictionary sets e.page to the entries of the dictionary.
func (e *Encoder) fillDictionary() error {
	var err error
	switch e.values.kind {
	case schema.KindInt32:
		e.page, err = e.plain.EncodeInt32(e.page[:0], e.dict32.values)
	case schema.KindInt64, schema.KindFloat64:
		e.page, err = e.plain.EncodeInt64(e.page[:0], e.dict64.values)
	default:
		e.page = appendTexts(e.page[:0], e.values.text, e.texts.rows)
	}
	if err != nil {
		return fmt.Errorf("encode dictionary: %w", err)
	}
	return nil
}

func (e *Encoder) appendDictionary(out *chunk) error {
	entries := 0
	switch e.values.kind {
	case schema.KindInt32:
		entries = len(e.dict32.values)
	case schema.KindInt64, schema.KindFloat64:
		entries = len(e.dict64.values)
	default:
		entries = len(e.texts.rows)
	}
	if err := e.fillDictionary(); err != nil {
		return err
	}
	if err := e.emit(format.DictionaryPage, entries, format.Plain, out); err != nil {
		return err
	}
	out.dict = len(out.buf)
	return nil
}

func (e *Encoder) appendPages(leaf leaf, out *chunk) error {
	start := cut{}
	for i, end := range e.shape.cuts {
		var err error
		if e.page, err = e.shape.appendLevels(e.page[:0], leaf, start, end); err != nil {
			return err
		}
		if err = e.appendValues(start.value, end.value); err != nil {
			return err
		}
		stat := pageStat{
			offset:   len(out.buf),
			firstRow: int64(start.row),
			nulls:    int64(end.level - start.level - (end.value - start.value)),
			bounds:   e.bounds[i],
		}
		if stat.bounds.known {
			stat.lo, stat.hi = stat.bounds.encode(e.values.kind)
		}
		if err = e.emit(format.DataPage, end.level-start.level, e.layout.encoding, out); err != nil {
			return err
		}
		stat.size = len(out.buf) - stat.offset
		out.pages = append(out.pages, stat)
		start = end
	}
	return nil
}

// emit compresses e.page and appends it with its header.
func (e *Encoder) emit(kind format.PageType, values int, enc format.Encoding, out *chunk) error {
	level := e.level
	if e.layout.thorough {
		level = thoroughLevel
	}
	if err := e.compress(level, kind == format.DataPage && e.layout.literals); err != nil {
		return err
	}
	before := len(out.buf)
	out.buf = appendPageHeader(out.buf, kind, values, enc, len(e.page), e.packed)
	out.raw += int64(len(out.buf) - before + len(e.page))
	out.buf = append(out.buf, e.packed...)
	return nil
}

// compress sets e.packed to e.page, compressed at a level. Literals are bytes in which
// nothing repeats.
func (e *Encoder) compress(level int, literals bool) error {
	if literals {
		var ok bool
		if e.packed, ok = e.appendLiterals(e.packed[:0], e.page); ok {
			return nil
		}
	}
	if len(e.page) <= shortPage && !e.dense {
		e.packed = appendStored(e.packed[:0], e.page)
		return nil
	}
	var err error
	if e.packed, err = e.zstd.CompressLevel(e.packed[:cap(e.packed)], e.page, level); err != nil {
		return fmt.Errorf("compress page: %w", err)
	}
	return nil
}
