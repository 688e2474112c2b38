// Package flow turns packet headers into flows. It holds the flow table of
// one shard, the state of one flow, and the declarations of the columns of
// the table flows.
//
// A Table takes the headers of its shard's packets in capture order and
// hands out flows that have ended. Which packets make a flow depends on the
// headers alone (metering rule 6): idle, active and TCP rules compare a
// packet with its own flow, and Sweep only frees the memory of flows that
// have long been silent.
//
// State is flat and comes from a free list; updating it allocates nothing
// once the table is warm, but for rare shapes (more than a handful of
// distinct TCP flag sets in one flow).
//
// Times are kept in nanoseconds while metering and rounded down to
// microseconds as columns; sums and differences are taken before rounding.
package flow
