package queries

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"weir/warehouse"
)

// ParseTime reads a UTC time as people write it.
func ParseTime(text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999",
		time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time: write 2026-03-14 or 2026-03-14T09:30:00 (UTC), or with an offset such as 2026-03-14T09:30:00+02:00", text)
}

// windowCondition holds for flows whose time overlaps the window.
func windowCondition(from, to string) (string, error) {
	var begin, end time.Time
	var err error
	var conditions []string
	const layout = "2006-01-02 15:04:05.999999"
	if from != "" {
		if begin, err = ParseTime(from); err != nil {
			return "", fmt.Errorf("from: %w", err)
		}
		conditions = append(conditions, fmt.Sprintf("end_time >= TIMESTAMPTZ '%s+00'", begin.Format(layout)))
	}
	if to != "" {
		if end, err = ParseTime(to); err != nil {
			return "", fmt.Errorf("to: %w", err)
		}
		conditions = append(conditions, fmt.Sprintf("start_time < TIMESTAMPTZ '%s+00'", end.Format(layout)))
	}
	if from != "" && to != "" && !begin.Before(end) {
		return "", fmt.Errorf("to: %s is not after %s", to, from)
	}
	return strings.Join(conditions, " AND "), nil
}

// values cuts a cell into its values. A cell that is empty, * or any has none.
func values(cell string) []string {
	list := strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(";|, \t", r) })
	if len(list) == 1 && (list[0] == "*" || strings.EqualFold(list[0], "any")) {
		return nil
	}
	return list
}

// anyOf joins conditions of which one must hold; none is no condition.
func anyOf(conditions []string) string {
	if len(conditions) < 2 {
		return strings.Join(conditions, "")
	}
	return "(" + strings.Join(conditions, " OR ") + ")"
}

// ruleProtocol holds for flows of the protocols.
func ruleProtocol(cell string) (string, error) {
	var names, conditions []string
	for _, p := range values(cell) {
		n, err := strconv.ParseUint(p, 10, 8)
		switch {
		case err == nil:
			conditions = append(conditions, fmt.Sprintf("protocol_number = %d", n))
		case p[0] >= '0' && p[0] <= '9' || p[0] == '-':
			return "", fmt.Errorf("%q is neither a name nor a number from 0 to 255", p)
		default:
			names = append(names, p)
		}
	}
	if c := protocolCondition(names); c != "" {
		conditions = append(conditions, c)
	} else if len(names) > 0 {
		return "", nil // all
	}
	return anyOf(conditions), nil
}

// endsCondition holds for flows between the two ends, in either direction
// unless only one is asked for.
func endsCondition(cell map[string]string) (string, error) {
	both := true
	switch d := strings.ToLower(cell["direction"]); d {
	case "", "either", "both":
	case "forward":
		both = false
	default:
		return "", fmt.Errorf("direction: %q is neither either nor forward", d)
	}
	var forward, backward []string
	for _, end := range []struct{ name, column, opposite string }{{"src", "src_number", "dst_number"}, {"dst", "dst_number", "src_number"}} {
		condition, err := addressCondition(cell[end.name])
		if err != nil {
			return "", fmt.Errorf("%s: %w", end.name, err)
		}
		if condition != nil {
			forward, backward = append(forward, condition(end.column)), append(backward, condition(end.opposite))
		}
	}
	for _, end := range []struct{ name, opposite string }{{"src_port", "dst_port"}, {"dst_port", "src_port"}} {
		condition, err := portCondition(cell[end.name])
		if err != nil {
			return "", fmt.Errorf("%s: %w", end.name, err)
		}
		if condition != nil {
			forward, backward = append(forward, condition(end.name)), append(backward, condition(end.opposite))
		}
	}
	if len(forward) == 0 || !both {
		return strings.Join(forward, " AND "), nil
	}
	return fmt.Sprintf("(%s OR %s)", strings.Join(forward, " AND "), strings.Join(backward, " AND ")), nil
}

// addressCondition returns the condition on a column of addresses, nil for any.
func addressCondition(cell string) (func(column string) string, error) {
	var networks []netip.Prefix
	for _, v := range values(cell) {
		ip, err := netip.ParseAddr(v)
		if err == nil && ip.Zone() == "" {
			networks = append(networks, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		network, err := netip.ParsePrefix(v)
		if err != nil {
			return nil, fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8 or fd00::/8", v)
		}
		networks = append(networks, network)
	}
	if networks == nil {
		return nil, nil
	}
	return func(column string) string { return warehouse.IPRangeSQL(column, networks...) }, nil
}

// portCondition returns the condition on a column of ports, nil for any.
func portCondition(cell string) (func(column string) string, error) {
	var ranges [][2]uint64
	for _, v := range values(cell) {
		low, high, isRange := strings.Cut(v, "-")
		if !isRange {
			high = low
		}
		a, errA := strconv.ParseUint(low, 10, 16)
		b, errB := strconv.ParseUint(high, 10, 16)
		if err := errors.Join(errA, errB); err != nil || a > b {
			return nil, fmt.Errorf("%q is neither a port from 0 to 65535 nor a range such as 6000-6063", v)
		}
		ranges = append(ranges, [2]uint64{a, b})
	}
	if ranges == nil {
		return nil, nil
	}
	return func(column string) string {
		var conditions []string
		for _, r := range ranges {
			conditions = append(conditions, fmt.Sprintf("%s BETWEEN %d AND %d", column, r[0], r[1]))
		}
		return anyOf(conditions)
	}, nil
}
