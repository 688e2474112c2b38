package main

import "github.com/alecthomas/kong"

// cli is the grammar of the command line: one command per file.
type cli struct {
	Warehouse string           `short:"w" placeholder:"DIR" default:"${warehouse}" env:"WEIR_WAREHOUSE" help:"The warehouse (default ${default})."`
	JSON      bool             `name:"json" help:"Print the result as JSON."`
	Verbose   bool             `short:"v" help:"Tell more of what is done."`
	Version   kong.VersionFlag `help:"Print the version."`

	Ingest  ingestCommand  `cmd:"" help:"Take captures into the warehouse: files, directories, or - for standard input."`
	Query   queryCommand   `cmd:"" help:"Ask the warehouse in SQL."`
	Export  exportCommand  `cmd:"" help:"Write a part of the flows to CSV, JSON, XLSX, Parquet, ..."`
	Convert convertCommand `cmd:"" help:"Write the flows of captures straight to CSV, JSON, XLSX, Parquet, ..., and keep no warehouse."`
	Label   labelCommand   `cmd:"" help:"Set labels on stored flows by rules."`
	Preview previewCommand `cmd:"" help:"Show the first flows of a capture without storing anything."`
	Report  reportCommand  `cmd:"" help:"Sum up the warehouse."`
	Fields  fieldsCommand  `cmd:"" help:"List the columns: type, unit, definition."`
	Status  statusCommand  `cmd:"" help:"Tell what is in the warehouse: tables, partitions, sizes, captures."`
}
