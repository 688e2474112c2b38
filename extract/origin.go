package extract

import (
	"weir/extract/capture"
	"weir/extract/flow"
)

// origins returns the origins of the flows of a source: the one given, or for a
// joined capture one like it for each file, by number.
func origins(origin *flow.Origin, source capture.Source) []*flow.Origin {
	joined, ok := source.(*capture.Joined)
	if !ok {
		return []*flow.Origin{origin}
	}
	var all []*flow.Origin
	for _, m := range joined.Members() {
		o := *origin
		o.Source = m.Name
		all = append(all, &o)
	}
	return all
}
