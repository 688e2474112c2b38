// Package event holds what the rows of all event tables (dns, http, tls)
// have in common: which flow carried them, when, and between whom.
package event
