package queries

import (
	"time"

	"weir/queries/document"
)

// Bytes writes a size in decimal units with three digits, such as 1.23 GB.
func Bytes(n int64) string { return document.Bytes(n) }

// Duration writes a span of time in its two largest units, such as 3 h 20 min.
func Duration(d time.Duration) string { return document.Duration(d) }
