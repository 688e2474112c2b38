package document

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"weir/queries/output"
)

// Unit is what the values of a column measure, which decides how people see
// them.
type Unit string

// The units.
const (
	Text     Unit = "text"
	Count    Unit = "count"
	Plain    Unit = "plain" // numbers that are names: ports, statuses
	Number   Unit = "number"
	Size     Unit = "bytes"
	Micros   Unit = "us"
	Seconds  Unit = "s"
	Percent  Unit = "percent" // 0 to 100
	Moment   Unit = "time"
	Severity Unit = "severity"
)

// right tells whether cells of the unit are flush right.
func (u Unit) right() bool { return u != Text && u != Moment && u != Severity }

// Human writes a value in its unit; nothing for nil.
func Human(value any, u Unit) string {
	switch x := value.(type) {
	case nil:
		return ""
	case string:
		return output.Printable(x)
	case bool:
		if x {
			return "yes"
		}
		return "no"
	case time.Time:
		return x.UTC().Format("2006-01-02 15:04:05")
	case int64:
		return humanInteger(x, u)
	case float64:
		return humanFloat(x, u)
	default:
		return output.Printable(fmt.Sprint(x))
	}
}

func humanInteger(n int64, u Unit) string {
	switch u {
	case Size:
		return Bytes(n)
	case Micros:
		return Duration(time.Duration(n) * time.Microsecond)
	case Seconds, Percent, Number:
		return humanFloat(float64(n), u)
	case Count:
		return Thousands(n)
	default:
		return strconv.FormatInt(n, 10)
	}
}

func humanFloat(x float64, u Unit) string {
	switch u {
	case Size:
		return Bytes(int64(math.Round(x)))
	case Micros:
		return Duration(time.Duration(x * 1e3))
	case Seconds:
		return Duration(time.Duration(x * 1e9))
	case Percent:
		if x > 0 && x < 0.05 {
			return "< 0.1 %"
		}
		return strconv.FormatFloat(x, 'f', 1, 64) + " %"
	default:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
}

// Thousands writes a number with commas between thousands.
func Thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Bytes writes a size in decimal units with three digits, such as 1.23 GB.
func Bytes(n int64) string {
	if n < 1000 && n > -1000 {
		return strconv.FormatInt(n, 10) + " B"
	}
	x, units := float64(n), "kMGTPE"
	i := -1
	for i < len(units)-1 && (x >= 999.5 || x <= -999.5) {
		x, i = x/1000, i+1
	}
	return threeDigits(x) + " " + string(units[i]) + "B"
}

func threeDigits(x float64) string {
	digits := 0
	switch a := max(x, -x); {
	case a < 9.995:
		digits = 2
	case a < 99.95:
		digits = 1
	}
	return strconv.FormatFloat(x, 'f', digits, 64)
}

// Duration writes a span of time in its two largest units, such as 3 h 20 min.
func Duration(d time.Duration) string {
	units := []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}
	if d < time.Minute {
		switch {
		case d >= time.Second:
			return threeDigits(d.Seconds()) + " s"
		case d >= time.Millisecond:
			return threeDigits(float64(d)/1e6) + " ms"
		default:
			return strconv.FormatInt(d.Microseconds(), 10) + " µs"
		}
	}
	d = d.Round(time.Second)
	if days := int64(d / (24 * time.Hour)); days >= 1000 {
		return Thousands(days) + " d"
	}
	for i, u := range units[:len(units)-1] {
		if d >= u.size {
			small := units[i+1]
			text := fmt.Sprintf("%d %s", d/u.size, u.name)
			if rest := d % u.size / small.size; rest > 0 {
				text += fmt.Sprintf(" %d %s", rest, small.name)
			}
			return text
		}
	}
	return d.String()
}
