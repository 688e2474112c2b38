package main

import "strings"

// exitStatuses ends the help of every command.
const exitStatuses = `Exit status: 0 done, 1 failed, 2 wrong usage, 3 done in part (some inputs failed, the others are in), 130 interrupted (what was complete is kept).`

// examples lays out command lines and what they do.
func examples(pairs ...string) string {
	var b strings.Builder
	b.WriteString("Examples:\n")
	for i := 0; i+1 < len(pairs); i += 2 {
		b.WriteString("\n  " + pairs[i] + "\n      " + pairs[i+1])
	}
	return b.String()
}
