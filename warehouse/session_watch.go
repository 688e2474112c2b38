package warehouse

import (
	"context"
	"errors"

	"github.com/marcboeker/go-duckdb/mapping"
)

// watcher interrupts a connection's query when a context ends.
type watcher struct {
	ctx    context.Context
	quit   chan struct{}
	closed chan struct{}
}

func watch(ctx context.Context, conn mapping.Connection) *watcher {
	w := &watcher{ctx: ctx, quit: make(chan struct{}), closed: make(chan struct{})}
	go func() {
		defer close(w.closed)
		select {
		case <-ctx.Done():
			mapping.Interrupt(conn)
		case <-w.quit:
		}
	}()
	return w
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
