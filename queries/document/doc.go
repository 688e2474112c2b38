// Package document writes a report as people and programs read it: plain text,
// Markdown, JSON, a workbook, or a page for the browser. It knows what a
// Document is made of, headline figures and sections with a table and charts,
// and nothing of how the answers in it were come by.
//
// Text, Markdown and the page show the cells of Table.Shown, with sizes and
// durations in units that suit them; JSON and workbooks hold the raw values of
// Table.Data.
//
// The page is one file that loads nothing: its style, its scripts, the chart
// library (Chart.js, assets/chart.min.js, with its licence) and the data are
// within. Whatever stood in a capture is text to it: the template escapes it
// by context, and a Content-Security-Policy allows the page's own scripts by
// their hashes and no others.
package document
