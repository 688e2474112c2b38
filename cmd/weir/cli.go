package main

import (
	"reflect"
	"slices"
	"strings"
)

// cli is the grammar of the command line: one command per file.
type cli struct {
	Warehouse string `short:"w" placeholder:"DIR" default:"${warehouse}" env:"WEIR_WAREHOUSE" help:"The warehouse (default ${default})."`
	JSON      bool   `name:"json" help:"Print the result as JSON."`
	Verbose   bool   `short:"v" help:"Tell more of what is done."`

	Ingest  ingestCommand  `cmd:"" help:"Take captures into the warehouse: files, directories, or - for standard input."`
	Capture captureCommand `cmd:"" help:"Meter network interfaces into the warehouse, until stopped."`
	Watch   watchCommand   `cmd:"" help:"Take in the captures of a directory as a sensor finishes them, until stopped."`
	Query   queryCommand   `cmd:"" help:"Ask the warehouse in SQL."`
	Shell   shellCommand   `cmd:"" help:"Ask in SQL at a prompt, with history and completion."`
	Export  exportCommand  `cmd:"" help:"Write a part of the flows to CSV, JSON, XLSX, Parquet, ..."`
	Convert convertCommand `cmd:"" help:"Write the flows of captures straight to CSV, JSON, XLSX, Parquet, ..., and keep no warehouse."`
	Label   labelCommand   `cmd:"" help:"Set labels on stored flows by rules."`
	Preview previewCommand `cmd:"" help:"Show the first flows of a capture without storing anything."`
	Report  reportCommand  `cmd:"" help:"Sum up the warehouse."`
	Fields  fieldsCommand  `cmd:"" help:"List the columns: type, unit, definition."`
	Status  statusCommand  `cmd:"" help:"Tell what is in the warehouse: tables, partitions, sizes, captures, history."`
	Compact compactCommand `cmd:"" help:"Make few large files of many small ones, and remove what nobody needs."`
	Expire  expireCommand  `cmd:"" help:"Drop old days."`
	Verify  verifyCommand  `cmd:"" help:"Read every file and tell what is damaged or missing."`
	Bench   benchCommand   `cmd:"" help:"Measure how fast a capture is taken in here, stage by stage."`

	Completion completionCommand `cmd:"" help:"Print what teaches bash, zsh or fish to complete weir's command lines."`
	Complete   completeCommand   `cmd:"" name:"__complete" hidden:"" help:"Answer a shell that completes."`
}

// grammarFor returns a pointer to the grammar, or where the command line begins
// with a command to a grammar of that alone, because kong takes 2 ms over the others.
// The commands that look at all of the grammar need it.
func grammarFor(args []string) reflect.Value {
	var fields []reflect.StructField
	alone := false
	for _, f := range reflect.VisibleFields(reflect.TypeFor[cli]()) {
		if _, command := f.Tag.Lookup("cmd"); command {
			if len(args) == 0 || strings.ToLower(f.Name) != args[0] {
				continue
			}
			alone = true
		}
		fields = append(fields, f)
	}
	if !alone || slices.Contains([]string{"completion", "complete"}, args[0]) {
		return reflect.ValueOf(new(cli))
	}
	return reflect.New(reflect.StructOf(fields))
}
