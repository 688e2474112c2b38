package extract

import (
	"weir/extract/app/dns"
	"weir/extract/app/http"
	"weir/extract/app/tls"
	"weir/extract/flow"
	"weir/warehouse/schema"
)

// Catalogues are the tables that a pipeline fills.
type Catalogues struct {
	DNS      *schema.Catalogue[*dns.Event]
	HTTP     *schema.Catalogue[*http.Event]
	TLS      *schema.Catalogue[*tls.Event]
	Flows    *schema.Catalogue[*flow.Flow]
	Captures *schema.Catalogue[*Capture]
}

// NewCatalogues declares the tables.
func NewCatalogues() *Catalogues {
	return &Catalogues{DNS: dns.Catalogue(), HTTP: http.Catalogue(), TLS: tls.Catalogue(), Flows: flow.Catalogue(), Captures: captures()}
}

// Tables returns the tables in the order in which they are to be committed:
// a row of a later one vouches for those of the earlier ones.
func (c *Catalogues) Tables() []*schema.Table {
	return []*schema.Table{c.DNS.Table, c.HTTP.Table, c.TLS.Table, c.Flows.Table, c.Captures.Table}
}
