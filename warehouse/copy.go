package warehouse

import "weir/warehouse/schema"

// copyRows appends rows from up to, but without, to of src to dst, which has
// the same columns. It is for the rare cases that part captures which share a batch.
func copyRows(dst, src *schema.Batch, from, to int) {
	dst.Keys = append(dst.Keys, src.Keys[from:to]...)
	for i := range src.Vectors {
		copyValues(&dst.Vectors[i], &src.Vectors[i], from, to)
	}
}

func copyValues(dst, src *schema.Vector, from, to int) {
	for i := from; i < to; i++ {
		ok := !src.Null(i)
		if !ok && src.Kind != schema.KindList {
			dst.AppendNull()
			continue
		}
		switch src.Kind {
		case schema.KindInt32:
			dst.AppendInt32(src.Int32[i], ok)
		case schema.KindInt64:
			dst.AppendInt64(src.Int64[i], ok)
		case schema.KindFloat64:
			dst.AppendFloat64(src.Float64[i], ok)
		case schema.KindBool:
			dst.AppendBool(src.Bool[i], ok)
		case schema.KindBytes:
			dst.AppendText(src.Text(i), ok)
		case schema.KindList:
			copyValues(dst.Elem, src.Elem, int(src.Offsets[i]), int(src.Offsets[i+1]))
			dst.EndList(ok)
		}
	}
}
