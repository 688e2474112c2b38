package tls

import (
	"fmt"
	"sort"
)

// suite is a cipher suite with the name that IANA's registry gives it.
type suite struct {
	number uint16
	name   string
}

// CipherName returns the cipher suite's name in the registry of IANA. Withdrawn
// suites have the name they were known by, and what has no name is written as 0xNNNN.
func CipherName(number uint16) string {
	i := sort.Search(len(suites), func(i int) bool { return suites[i].number >= number })
	if i < len(suites) && suites[i].number == number {
		return suites[i].name
	}
	return fmt.Sprintf("0x%04X", number)
}
