package queries

import (
	"context"
	"time"

	"weir/warehouse"
	"weir/warehouse/schema"
)

// record is a row of a result; it is valid within eachRow's callback.
type record struct {
	vectors []schema.Vector
	row     int
}

func (r record) int(i int) int64 {
	if r.vectors[i].Null(r.row) {
		return 0
	}
	return r.vectors[i].Int64[r.row]
}

func (r record) text(i int) string { return string(r.vectors[i].Text(r.row)) }

func (r record) time(i int) *time.Time {
	if r.vectors[i].Null(r.row) {
		return nil
	}
	t := time.UnixMicro(r.vectors[i].Int64[r.row]).UTC()
	return &t
}

func eachRow(ctx context.Context, s *warehouse.Session, sql string, args []any, use func(record)) error {
	rows, err := s.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		for i := range rows.Chunk().Rows {
			use(record{rows.Chunk().Vectors, i})
		}
	}
	return rows.Err()
}
