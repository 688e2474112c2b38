package extract

import (
	"weir/extract/flow"
	"weir/warehouse/schema"
)

// Catalogues are the tables that a pipeline fills.
type Catalogues struct {
	Flows    *schema.Catalogue[*flow.Flow]
	Captures *schema.Catalogue[*Capture]
}

// NewCatalogues declares the tables.
func NewCatalogues() *Catalogues {
	return &Catalogues{Flows: flow.Catalogue(), Captures: captures()}
}

// Tables returns the tables in the order in which they are to be committed:
// a row of a later one vouches for those of the earlier ones.
func (c *Catalogues) Tables() []*schema.Table {
	return []*schema.Table{c.Flows.Table, c.Captures.Table}
}
