package delta

import (
	"strings"
	"time"
)

const (
	millisLayout = "2006-01-02T15:04:05.000Z"
	dateLayout   = "2006-01-02"
	// The years that the layouts can write: 0001 to 9999.
	firstMicros = -62135596800 * 1e6
	lastMicros  = 253402300799999 * 1e3
)

// TimestampMin writes a time, microseconds since 1970-01-01 UTC, as a lower
// bound: rounded down to milliseconds. It returns false for a time outside
// the years 1 to 9999.
func TimestampMin(us int64) (string, bool) {
	if us < firstMicros || us > lastMicros {
		return "", false
	}
	ms := us / 1000
	if us%1000 < 0 {
		ms--
	}
	return time.UnixMilli(ms).UTC().Format(millisLayout), true
}

// TimestampMax writes a time, microseconds since 1970-01-01 UTC, as an upper
// bound: rounded up to milliseconds. It returns false for a time outside the
// years 1 to 9999.
func TimestampMax(us int64) (string, bool) {
	if us < firstMicros || us > lastMicros {
		return "", false
	}
	ms := us / 1000
	if us%1000 > 0 {
		ms++
	}
	return time.UnixMilli(ms).UTC().Format(millisLayout), true
}

// DateBound writes a date, days since 1970-01-01, as a bound. It returns
// false for a date outside the years 1 to 9999.
func DateBound(days int64) (string, bool) {
	const first, last = -719162, 2932896
	if days < first || days > last {
		return "", false
	}
	return time.Unix(days*86400, 0).UTC().Format(dateLayout), true
}

// TimestampBounds returns the minimum and maximum of a timestamp column in
// microseconds since 1970-01-01 UTC, and false if the log has no such bounds.
// The maximum covers the rounding of whoever wrote it.
func (s Stats) TimestampBounds(column string) (lo, hi int64, ok bool) {
	lo, ok1 := parseTimestamp(s.Min[column])
	hi, ok2 := parseTimestamp(s.Max[column])
	return lo, hi + 999, ok1 && ok2
}

// parseTimestamp reads a timestamp of the log. Writers differ in the zone
// ("Z", "+00:00" or none, all UTC) and in the number of decimals.
func parseTimestamp(v any) (int64, bool) {
	text, ok := v.(string)
	if !ok {
		return 0, false
	}
	text = strings.Replace(text, " ", "T", 1)
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05", text)
	}
	return t.UnixMicro(), err == nil
}
