package warehouse

import (
	"context"
	"fmt"
	"math"
	"strings"

	"weir/warehouse/schema"
)

// The tables that conservation is about, and their columns. A warehouse of
// other tables has nothing to conserve.
const (
	capturesName = "captures"
	flowsName    = "flows"
)

// accounts are what the tables say of a capture.
type accounts struct {
	id      string
	entries int64 // rows in captures
	// packets, inFlows, rejected and flows are what captures says; rows,
	// rowPackets and uids what flows holds.
	packets, inFlows, rejected, flows int64
	rows, rowPackets, uids            int64
	// live tells that it is an interval of a live capture, or a capture of a series, and carried how many
	// packets more its flows hold than it metered: those of flows that were open
	// before it, less those of flows that were open after it.
	live    bool
	carried int64
}

// contents checks the tables against each other: each packet of a capture is
// in one flow or rejected, each flow is there once, and each event has its flow.
func (v *verifier) contents(ctx context.Context) error {
	captures, flows := v.tableNamed(capturesName), v.tableNamed(flowsName)
	if captures == nil || flows == nil || !hasColumns(captures, "capture_id", "packets", "packets_in_flows", "flows") || !hasColumns(flows, "capture_id", "flow_uid", "total_packets") {
		return nil
	}
	versions := map[string]int64{}
	var tables []*schema.Table
	for _, s := range v.stores {
		tables = append(tables, s.table)
		versions[s.table.Name] = Absent
		if snapshot := v.snapshots[s.table.Name]; snapshot != nil {
			versions[s.table.Name] = snapshot.Version
		}
	}
	if versions[capturesName] == Absent || versions[flowsName] == Absent {
		return nil
	}
	s, err := OpenSession(ctx, v.dir, tables, SessionOptions{Versions: versions, Threads: v.options.Workers})
	if err != nil {
		return fmt.Errorf("compare the tables: %w", err)
	}
	defer s.Close()
	dropped, err := v.rowsDropped(ctx, flowsName)
	if err != nil {
		return err
	}
	partly := map[string]bool{}
	err = eachAccount(ctx, s, captures, func(a accounts) {
		v.account(a, dropped, partly)
	})
	if err != nil {
		return fmt.Errorf("check conservation: %w", err)
	}
	for _, store := range v.stores {
		if t := store.table; t != captures && t != flows && hasColumns(t, "flow_uid", "capture_id") {
			if err := v.events(ctx, s, t, partly); err != nil {
				return fmt.Errorf("check the flows of %s: %w", t.Name, err)
			}
		}
	}
	return nil
}

func (v *verifier) tableNamed(name string) *schema.Table {
	for _, s := range v.stores {
		if s.table.Name == name {
			return s.table
		}
	}
	return nil
}

func hasColumns(t *schema.Table, names ...string) bool {
	for _, n := range names {
		if _, ok := t.Column(n); !ok {
			return false
		}
	}
	return true
}

// rowsDropped reports whether rows of a table were ever removed: expired, or
// lost and repaired. The log tells, or a property where it no longer reaches back.
func (v *verifier) rowsDropped(ctx context.Context, table string) (bool, error) {
	for _, s := range v.stores {
		if s.table.Name != table {
			continue
		}
		if snapshot := v.snapshots[table]; snapshot != nil && snapshot.Metadata.Configuration[droppedProperty] != "" {
			return true, nil
		}
		return s.log.LosesRows(ctx, math.MaxInt64)
	}
	return false, nil
}

// eachAccount reads the accounts of all captures.
func eachAccount(ctx context.Context, s *Session, captures *schema.Table, visit func(accounts)) error {
	rejected := []string{"0"}
	for _, c := range captures.Columns {
		if strings.HasPrefix(c.Name, "rejected_") {
			rejected = append(rejected, "coalesce("+QuoteName(c.Name)+", 0)")
		}
	}
	rows, err := s.Query(ctx, fmt.Sprintf(`
		WITH live AS (%s)
		SELECT coalesce(c.capture_id, f.capture_id), CAST(coalesce(entries, 0) AS BIGINT), CAST(coalesce(packets, 0) AS BIGINT), CAST(coalesce(in_flows, 0) AS BIGINT),
		       CAST(coalesce(rejected, 0) AS BIGINT), CAST(coalesce(c.flows, 0) AS BIGINT), CAST(coalesce(f.flows, 0) AS BIGINT), CAST(coalesce(f.row_packets, 0) AS BIGINT), CAST(coalesce(uids, 0) AS BIGINT),
		       live.capture_id IS NOT NULL, CAST(coalesce(carried, 0) AS BIGINT)
		FROM (SELECT capture_id, count(*) AS entries, any_value(packets) AS packets, any_value(packets_in_flows) AS in_flows, any_value(%s) AS rejected, any_value(flows) AS flows
		      FROM captures GROUP BY capture_id) c
		FULL JOIN (SELECT capture_id, count(*) AS flows, sum(total_packets) AS row_packets, count(DISTINCT flow_uid) AS uids FROM flows GROUP BY capture_id) f
		       ON c.capture_id = f.capture_id
		LEFT JOIN live ON live.capture_id = c.capture_id
		ORDER BY 1`, liveIntervals(captures), strings.Join(rejected, " + ")))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		v := rows.Chunk().Vectors
		for i := range rows.Chunk().Rows {
			n := func(column int) int64 { return v[column].Int64[i] }
			visit(accounts{id: string(v[0].Text(i)), entries: n(1), packets: n(2), inFlows: n(3), rejected: n(4), flows: n(5),
				rows: n(6), rowPackets: n(7), uids: n(8), live: v[9].Bool[i], carried: n(10)})
		}
	}
	return rows.Err()
}

// liveIntervals selects the intervals of live captures, and the captures of series, with the packets that
// open flows carried over them, of which their settings tell.
func liveIntervals(captures *schema.Table) string {
	if !hasColumns(captures, "settings") {
		return "SELECT NULL AS capture_id, 0 AS carried WHERE false"
	}
	return `SELECT capture_id, coalesce(lag(open) OVER (PARTITION BY session ORDER BY interval), 0) - open AS carried
		FROM (SELECT capture_id, settings->>'session' AS session, CAST(settings->>'interval' AS BIGINT) AS interval, CAST(settings->>'open_packets' AS BIGINT) AS open
		      FROM captures WHERE settings LIKE '%"open_packets"%')`
}

// account checks the conservation of one capture, and notes in partly the
// ones whose rows are not all there for a reason.
func (v *verifier) account(a accounts, dropped bool, partly map[string]bool) {
	wrong := func(format string, args ...any) {
		v.damage(Finding{Table: capturesName, Message: fmt.Sprintf("capture %s: ", a.id) + fmt.Sprintf(format, args...)})
	}
	if a.uids != a.rows {
		wrong("%d of its %d flows are in twice", a.rows-a.uids, a.rows)
	}
	if a.entries == 0 {
		partly[a.id] = true
		v.note(Finding{Table: capturesName, Message: fmt.Sprintf("capture %s: %d flows are in and the capture is not: it is being ingested, or its ingest was stopped and has to be run again", a.id, a.rows)})
		return
	}
	v.result.Captures++
	if a.live {
		// Events come before the end of their flow, whose row a kill may have
		// prevented.
		partly[a.id] = true
	}
	if a.entries > 1 {
		wrong("is in %d times", a.entries)
	}
	if a.packets != a.inFlows+a.rejected {
		wrong("%d packets were read, but %d are in flows and %d rejected", a.packets, a.inFlows, a.rejected)
	}
	switch {
	case a.rows < a.flows && dropped:
		partly[a.id] = true
		v.result.Partly++
	case a.rows != a.flows:
		wrong("%d flows were metered, and %d are in the table", a.flows, a.rows)
	case a.rowPackets != a.inFlows+a.carried:
		wrong("its flows have %d packets, and %d were metered", a.rowPackets, a.inFlows+a.carried)
	}
}

// events checks that the rows of a table refer to flows. Captures that are
// not all there, or not in yet, are passed over.
func (v *verifier) events(ctx context.Context, s *Session, t *schema.Table, partly map[string]bool) error {
	rows, err := s.Query(ctx, fmt.Sprintf(`SELECT capture_id, count(*) FROM %s e
		WHERE NOT EXISTS (SELECT 1 FROM flows f WHERE f.flow_uid = e.flow_uid) AND EXISTS (SELECT 1 FROM captures c WHERE c.capture_id = e.capture_id)
		GROUP BY capture_id ORDER BY capture_id`, QuoteName(t.Name)))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		vectors := rows.Chunk().Vectors
		for i := range rows.Chunk().Rows {
			id := string(vectors[0].Text(i))
			if !partly[id] {
				v.damage(Finding{Table: t.Name, Message: fmt.Sprintf("capture %s: %d rows refer to flows that are not there", id, vectors[1].Int64[i])})
			}
		}
	}
	return rows.Err()
}
