package warehouse

import (
	"fmt"

	duckdb "github.com/duckdb/duckdb-go-bindings"
)

// scalar says how a scalar DuckDB type is read.
func scalar(t duckdb.Type) (name string, kind Kind, ok bool) {
	switch t {
	case duckdb.TypeBoolean:
		return "BOOLEAN", Bool, true
	case duckdb.TypeTinyInt:
		return "TINYINT", Integer, true
	case duckdb.TypeSmallInt:
		return "SMALLINT", Integer, true
	case duckdb.TypeInteger:
		return "INTEGER", Integer, true
	case duckdb.TypeBigInt:
		return "BIGINT", Integer, true
	case duckdb.TypeUTinyInt:
		return "UTINYINT", Integer, true
	case duckdb.TypeUSmallInt:
		return "USMALLINT", Integer, true
	case duckdb.TypeUInteger:
		return "UINTEGER", Integer, true
	case duckdb.TypeUBigInt:
		return "UBIGINT", Number, true
	case duckdb.TypeHugeInt:
		return "HUGEINT", Number, true
	case duckdb.TypeDouble:
		return "DOUBLE", Double, true
	case duckdb.TypeVarchar:
		return "VARCHAR", Text, true
	case duckdb.TypeDate:
		return "DATE", Date, true
	case duckdb.TypeTimestamp:
		return "TIMESTAMP", Timestamp, true
	case duckdb.TypeTimestampTZ:
		return "TIMESTAMP WITH TIME ZONE", Timestamp, true
	default:
		return "", 0, false
	}
}

// describeType returns how a type's values are read; ok is false for a type
// that must be cast first, see plainSQL.
func describeType(typ duckdb.LogicalType) (ResultColumn, *decoder, bool) {
	id := duckdb.GetTypeId(typ)
	if name, kind, ok := scalar(id); ok {
		if duckdb.LogicalTypeGetAlias(typ) == "JSON" {
			name, kind = "JSON", JSON
		}
		return ResultColumn{Type: name, Kind: kind}, &decoder{physical: id}, true
	}
	if id != duckdb.TypeList {
		return ResultColumn{}, nil, false
	}
	child := duckdb.ListTypeChildType(typ)
	defer duckdb.DestroyLogicalType(&child)
	elem, dec, ok := describeType(child)
	if !ok || elem.Kind == List {
		return ResultColumn{}, nil, false
	}
	return ResultColumn{Type: elem.Type + "[]", Kind: List, Elem: elem.Kind}, &decoder{physical: id, elem: dec}, true
}

// plainColumn is a column of a query whose rarer types are cast to plain ones.
type plainColumn struct {
	name string
	typ  string // before the cast
	kind *Kind  // what the text of the cast means, where it is not the type's own
}

// plainSQL rewrites a query so that each column of a type that cannot be read
// as it is (decimals, intervals, structures and the like) is cast to a plain
// type. It returns nil columns where nothing has to be cast.
func plainSQL(st *statement, sql string) (string, []plainColumn) {
	n := int(duckdb.PreparedStatementColumnCount(st.prepared))
	cols, rewrite := make([]plainColumn, n), false
	var names, exprs string
	for i := range n {
		typ := duckdb.PreparedStatementColumnLogicalType(st.prepared, duckdb.IdxT(i))
		col, _, ok := describeType(typ)
		id := duckdb.GetTypeId(typ)
		duckdb.DestroyLogicalType(&typ)
		cols[i] = plainColumn{name: duckdb.PreparedStatementColumnName(st.prepared, duckdb.IdxT(i)), typ: col.Type}
		name, expr := fmt.Sprintf("c%d", i), fmt.Sprintf("c%d", i)
		if !ok {
			rewrite = true
			expr, cols[i].typ, cols[i].kind = plainExpr(id, name)
		}
		if i > 0 {
			names, exprs = names+", ", exprs+", "
		}
		names, exprs = names+name, exprs+expr
	}
	if !rewrite {
		return sql, nil
	}
	return fmt.Sprintf("SELECT %s FROM (%s\n) AS q(%s)", exprs, trimStatement(sql), names), cols
}

func plainExpr(id duckdb.Type, col string) (expr, typ string, kind *Kind) {
	text := fmt.Sprintf("CAST(%s AS VARCHAR)", col)
	number, json := Number, JSON
	switch id {
	case duckdb.TypeDecimal:
		return text, "DECIMAL", &number
	case duckdb.TypeUHugeInt:
		return text, "UHUGEINT", &number
	case duckdb.TypeFloat: // through text, so that 0.1 stays 0.1
		return fmt.Sprintf("CAST(%s AS DOUBLE)", text), "FLOAT", nil
	case duckdb.TypeTimestampS, duckdb.TypeTimestampMS, duckdb.TypeTimestampNS:
		return fmt.Sprintf("CAST(%s AS TIMESTAMP)", col), "TIMESTAMP", nil
	case duckdb.TypeStruct:
		return fmt.Sprintf("CAST(to_json(%s) AS VARCHAR)", col), "STRUCT", &json
	case duckdb.TypeMap:
		return fmt.Sprintf("CAST(to_json(%s) AS VARCHAR)", col), "MAP", &json
	case duckdb.TypeUnion:
		return fmt.Sprintf("CAST(to_json(%s) AS VARCHAR)", col), "UNION", &json
	case duckdb.TypeArray, duckdb.TypeList:
		return fmt.Sprintf("CAST(to_json(%s) AS VARCHAR)", col), "LIST", &json
	case duckdb.TypeInterval:
		return text, "INTERVAL", nil
	case duckdb.TypeBlob:
		return text, "BLOB", nil
	case duckdb.TypeUUID:
		return text, "UUID", nil
	case duckdb.TypeEnum:
		return text, "ENUM", nil
	default:
		return text, "VARCHAR", nil
	}
}
