package dialect

import (
	"fmt"
	"strings"

	"weir/warehouse/schema"
)

// All returns the dialects of the table flows.
func All() []*schema.Dialect {
	return []*schema.Dialect{
		nexus(), cic97(), cic2017(), cic2018(), cicFlowMeter(), cicFlowMeterPy(),
		zeek(), nfstream(), ecs(),
	}
}

// Names returns the names of the dialects.
func Names() []string {
	var names []string
	for _, d := range All() {
		names = append(names, d.Name)
	}
	return names
}

// Find returns the dialect of that name, or of the name of its view.
func Find(name string) (*schema.Dialect, error) {
	for _, d := range All() {
		if d.Name == name || d.View != "" && d.View == name {
			return d, nil
		}
	}
	return nil, fmt.Errorf("no tool is called %q: choose one of %s", name, strings.Join(Names(), ", "))
}
