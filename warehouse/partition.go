package warehouse

import (
	"fmt"
	"strings"

	"weir/warehouse/schema"
)

// nullPartition is the directory name of an empty partition value.
const nullPartition = "__HIVE_DEFAULT_PARTITION__"

// partitionDir returns the directory of a partition relative to its table,
// such as "date=2026-11-22/protocol=tcp", as Hive and Spark name it.
func partitionDir(t *schema.Table, values []string) string {
	var b strings.Builder
	for i, c := range t.Partitions() {
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(escapePartition(c.Name))
		b.WriteByte('=')
		if values[i] == "" {
			b.WriteString(nullPartition)
			continue
		}
		b.WriteString(escapePartition(values[i]))
	}
	return b.String()
}

// partitionValues returns the values by column name, as the log has them.
func partitionValues(t *schema.Table, values []string) map[string]string {
	m := map[string]string{}
	for i, c := range t.Partitions() {
		m[c.Name] = values[i]
	}
	return m
}

// escapePartition writes the characters that directory names cannot or should
// not hold in Hive's way, as '%' and two hexadecimal digits.
func escapePartition(s string) string {
	special := func(c byte) bool { return c < 0x20 || c == 0x7F || strings.IndexByte(`"#%'*/:=?\{[]^<>| `, c) >= 0 }
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; special(c) {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// fileTag returns the part of file names that tells groups of captures apart
// and puts them in the same order on every run.
func fileTag(captureID string) string {
	const length = 16
	tag := []byte(captureID[:min(length, len(captureID))])
	for i, c := range tag {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9') {
			tag[i] = '_'
		}
	}
	return string(tag)
}
