package warehouse

import (
	"fmt"

	mapping "github.com/duckdb/duckdb-go-bindings"
)

// scalar says how a scalar DuckDB type is read.
func scalar(t mapping.Type) (name string, kind Kind, ok bool) {
	switch t {
	case mapping.TypeBoolean:
		return "BOOLEAN", Bool, true
	case mapping.TypeTinyInt:
		return "TINYINT", Integer, true
	case mapping.TypeSmallInt:
		return "SMALLINT", Integer, true
	case mapping.TypeInteger:
		return "INTEGER", Integer, true
	case mapping.TypeBigInt:
		return "BIGINT", Integer, true
	case mapping.TypeUTinyInt:
		return "UTINYINT", Integer, true
	case mapping.TypeUSmallInt:
		return "USMALLINT", Integer, true
	case mapping.TypeUInteger:
		return "UINTEGER", Integer, true
	case mapping.TypeUBigInt:
		return "UBIGINT", Number, true
	case mapping.TypeHugeInt:
		return "HUGEINT", Number, true
	case mapping.TypeDouble:
		return "DOUBLE", Double, true
	case mapping.TypeVarchar:
		return "VARCHAR", Text, true
	case mapping.TypeDate:
		return "DATE", Date, true
	case mapping.TypeTimestamp:
		return "TIMESTAMP", Timestamp, true
	case mapping.TypeTimestampTZ:
		return "TIMESTAMP WITH TIME ZONE", Timestamp, true
	default:
		return "", 0, false
	}
}

// describeType returns how a type's values are read; ok is false for a type
// that must be cast first, see plainSQL.
func describeType(typ mapping.LogicalType) (ResultColumn, *decoder, bool) {
	id := mapping.GetTypeId(typ)
	if name, kind, ok := scalar(id); ok {
		if mapping.LogicalTypeGetAlias(typ) == "JSON" {
			name, kind = "JSON", JSON
		}
		return ResultColumn{Type: name, Kind: kind}, &decoder{physical: id}, true
	}
	if id != mapping.TypeList {
		return ResultColumn{}, nil, false
	}
	child := mapping.ListTypeChildType(typ)
	defer mapping.DestroyLogicalType(&child)
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
	n := int(mapping.PreparedStatementColumnCount(st.prepared))
	cols, rewrite := make([]plainColumn, n), false
	var names, exprs string
	for i := range n {
		typ := mapping.PreparedStatementColumnLogicalType(st.prepared, mapping.IdxT(i))
		col, _, ok := describeType(typ)
		id := mapping.GetTypeId(typ)
		mapping.DestroyLogicalType(&typ)
		cols[i] = plainColumn{name: mapping.PreparedStatementColumnName(st.prepared, mapping.IdxT(i)), typ: col.Type}
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

func plainExpr(id mapping.Type, col string) (expr, typ string, kind *Kind) {
	text := fmt.Sprintf("CAST(%s AS VARCHAR)", col)
	number, json := Number, JSON
	switch id {
	case mapping.TypeDecimal:
		return text, "DECIMAL", &number
	case mapping.TypeUHugeInt:
		return text, "UHUGEINT", &number
	case mapping.TypeFloat: // through text, so that 0.1 stays 0.1
		return fmt.Sprintf("CAST(%s AS DOUBLE)", text), "FLOAT", nil
	case mapping.TypeTimestampS, mapping.TypeTimestampMS, mapping.TypeTimestampNS:
		return fmt.Sprintf("CAST(%s AS TIMESTAMP)", col), "TIMESTAMP", nil
	case mapping.TypeStruct:
		return fmt.Sprintf("CAST(to_json(%s) AS VARCHAR)", col), "STRUCT", &json
	case mapping.TypeMap:
		return fmt.Sprintf("CAST(to_json(%s) AS VARCHAR)", col), "MAP", &json
	case mapping.TypeUnion:
		return fmt.Sprintf("CAST(to_json(%s) AS VARCHAR)", col), "UNION", &json
	case mapping.TypeArray, mapping.TypeList:
		return fmt.Sprintf("CAST(to_json(%s) AS VARCHAR)", col), "LIST", &json
	case mapping.TypeInterval:
		return text, "INTERVAL", nil
	case mapping.TypeBlob:
		return text, "BLOB", nil
	case mapping.TypeUUID:
		return text, "UUID", nil
	case mapping.TypeEnum:
		return text, "ENUM", nil
	default:
		return text, "VARCHAR", nil
	}
}
