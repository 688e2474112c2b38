package warehouse

/*
extern void weirIPIn(void *info, void *input, void *output);
extern void weirIsPrivate(void *info, void *input, void *output);
extern void weirIPNumber(void *info, void *input, void *output);
typedef void (*weir_function)(void *, void *, void *);
static void *weir_ip_in(void) { return (void *)weirIPIn; }
static void *weir_is_private(void) { return (void *)weirIsPrivate; }
static void *weir_ip_number(void) { return (void *)weirIPNumber; }
*/
import "C"

import (
	"fmt"
	"net/netip"
	"unsafe"

	duckdb "github.com/duckdb/duckdb-go-bindings"
)

// registerFunctions makes the address functions known to the database.
func registerFunctions(conn duckdb.Connection) error {
	if err := registerFunction(conn, "ip_in", 2, duckdb.TypeBoolean, C.weir_ip_in()); err != nil {
		return err
	}
	if err := registerFunction(conn, "ip_number", 1, duckdb.TypeHugeInt, C.weir_ip_number()); err != nil {
		return err
	}
	return registerFunction(conn, "is_private", 1, duckdb.TypeBoolean, C.weir_is_private())
}

// registerFunction registers a function of n texts.
func registerFunction(conn duckdb.Connection, name string, n int, result duckdb.Type, callback unsafe.Pointer) error {
	text, returned := duckdb.CreateLogicalType(duckdb.TypeVarchar), duckdb.CreateLogicalType(result)
	defer duckdb.DestroyLogicalType(&text)
	defer duckdb.DestroyLogicalType(&returned)
	f := duckdb.CreateScalarFunction()
	defer duckdb.DestroyScalarFunction(&f)
	duckdb.ScalarFunctionSetName(f, name)
	for range n {
		duckdb.ScalarFunctionAddParameter(f, text)
	}
	duckdb.ScalarFunctionSetReturnType(f, returned)
	duckdb.ScalarFunctionSetFunction(f, callback)
	if duckdb.RegisterScalarFunction(conn, f) == duckdb.StateError {
		return fmt.Errorf("register the function %s", name)
	}
	return nil
}

// column is a text column of a function's input; it is valid during the call.
type column struct {
	data unsafe.Pointer
	mask validity
}

func inputColumn(input duckdb.DataChunk, i int) column {
	v := duckdb.DataChunkGetVector(input, duckdb.IdxT(i))
	return column{duckdb.VectorGetData(v), validity{(*uint64)(duckdb.VectorGetValidity(v))}}
}

// text returns row i without copying, or false for a null.
func (c column) text(i int) (string, bool) {
	if !c.mask.ok(i) {
		return "", false
	}
	b := textAt(c.data, i)
	return unsafe.String(unsafe.SliceData(b), len(b)), true
}

// results is the output of a function.
type results[T any] struct {
	values []T
	mask   []uint64
}

func outputOf[T any](out unsafe.Pointer, rows int) results[T] {
	v := duckdb.Vector{Ptr: out}
	duckdb.VectorEnsureValidityWritable(v)
	return results[T]{
		values: unsafe.Slice((*T)(duckdb.VectorGetData(v)), rows),
		mask:   unsafe.Slice((*uint64)(duckdb.VectorGetValidity(v)), (rows+63)/64),
	}
}

// set sets row i to a value, or with ok false to null.
func (t results[T]) set(i int, value T, ok bool) {
	if t.values[i] = value; !ok {
		t.mask[i/64] &^= 1 << (i % 64)
	}
}

//export weirIPIn
func weirIPIn(info, input, output unsafe.Pointer) {
	chunk := duckdb.DataChunk{Ptr: input}
	rows := int(duckdb.DataChunkGetSize(chunk))
	ips, networks, out := inputColumn(chunk, 0), inputColumn(chunk, 1), outputOf[bool](output, rows)
	var last string
	var network netip.Prefix
	for i := range rows {
		cidr, ok := networks.text(i)
		if !ok {
			out.set(i, false, false)
			continue
		}
		if cidr != last || i == 0 {
			var err error
			if network, err = parseNetwork(cidr); err != nil {
				duckdb.ScalarFunctionSetError(duckdb.FunctionInfo{Ptr: info}, err.Error())
				return
			}
			last = cidr
		}
		text, ok := ips.text(i)
		ip, valid := netip.Addr{}, false
		if ok {
			ip, valid = parseIP(text)
		}
		out.set(i, valid && network.Contains(ip), valid)
	}
}

//export weirIsPrivate
func weirIsPrivate(_, input, output unsafe.Pointer) {
	chunk := duckdb.DataChunk{Ptr: input}
	rows := int(duckdb.DataChunkGetSize(chunk))
	ips, out := inputColumn(chunk, 0), outputOf[bool](output, rows)
	for i := range rows {
		text, ok := ips.text(i)
		ip, valid := netip.Addr{}, false
		if ok {
			ip, valid = parseIP(text)
		}
		out.set(i, valid && isPrivate(ip), valid)
	}
}

//export weirIPNumber
func weirIPNumber(_, input, output unsafe.Pointer) {
	chunk := duckdb.DataChunk{Ptr: input}
	rows := int(duckdb.DataChunkGetSize(chunk))
	ips, out := inputColumn(chunk, 0), outputOf[hugeInt](output, rows)
	for i := range rows {
		text, ok := ips.text(i)
		if !ok {
			out.set(i, hugeInt{}, false)
			continue
		}
		ip, valid := parseIP(text)
		if !valid {
			out.set(i, hugeInt{}, false)
			continue
		}
		out.set(i, ipNumber(ip), true)
	}
}
