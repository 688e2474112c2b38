package warehouse

import (
	"context"
	"errors"
	"time"

	duckdb "github.com/duckdb/duckdb-go-bindings"
)

// watcher interrupts a connection's query when a context ends, and tells
// meanwhile how far the query is.
type watcher struct {
	ctx    context.Context
	quit   chan struct{}
	closed chan struct{}
}

// progressInterval is how often a query's progress is told.
const progressInterval = 100 * time.Millisecond

// watch starts a watch; progress may be nil.
func watch(ctx context.Context, conn duckdb.Connection, progress func(percent float64)) *watcher {
	w := &watcher{ctx: ctx, quit: make(chan struct{}), closed: make(chan struct{})}
	go func() {
		defer close(w.closed)
		var tick <-chan time.Time
		if progress != nil {
			ticker := time.NewTicker(progressInterval)
			defer ticker.Stop()
			tick = ticker.C
		}
		for {
			select {
			case <-ctx.Done():
				duckdb.Interrupt(conn)
				return
			case <-w.quit:
				return
			case <-tick:
				if percent, known := progressOf(conn); known {
					progress(percent)
				}
			}
		}
	}()
	return w
}

// progressOf returns what DuckDB thinks a connection's query has done so far,
// in percent; known is false while it has no idea.
func progressOf(conn duckdb.Connection) (percent float64, known bool) {
	p := duckdb.QueryProgress(conn)
	percent, _, _ = duckdb.QueryProgressTypeMembers(&p)
	return percent, percent >= 0
}

// stop ends the watch and waits for it, so that a late interrupt cannot hit
// the connection's next query.
func (w *watcher) stop() {
	close(w.quit)
	<-w.closed
}

// cause returns the context's error where it is why the query failed.
func (w *watcher) cause(err error) error {
	if ctxErr := w.ctx.Err(); ctxErr != nil {
		return errors.Join(ctxErr, err)
	}
	return err
}
