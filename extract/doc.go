// Package extract is the pipeline that turns the packets of a capture into
// rows of flows:
//
//	Source ─► reader ─► decoders ─► sequencer ─► shards ─► merger ─► Sink
//
// The reader fills parcels of packets and numbers them. Decoders, in
// parallel, turn each packet into a decode.Header and list the packets of each
// shard by the hash of their key. The sequencer takes the parcels in reading
// order, resolves fragments, and hands each parcel to all shards. A shard is
// one goroutine with one flow table; it meters its packets in order. Every so
// many packets, by count, an epoch ends: the shards sweep their tables and
// hand over the flows that have ended, and the merger puts them in order of
// their first packet into the batches of the Sink, one for each partition.
//
// What comes out depends on the capture and the settings alone, never on the
// number of workers: one goroutine numbers the packets, a flow's packets meet
// one shard in that order, epochs end at packet numbers, and the flows of an
// epoch are a set that is sorted. Memory is bounded by open flows and by the
// parcels in flight, which circulate and so give back-pressure.
package extract
