package delta

import "sync"

// txnTable holds the transactions of all versions of one reading of the log.
// Snapshots share it, because a copy per commit of some hundred thousand
// entries would cost more than the commit.
type txnTable struct {
	mu    sync.RWMutex
	byApp map[string]txnEntry
}

// txnEntry is the state of an application since version at of the table.
type txnEntry struct {
	version, lastUpdated, at int64
	prev                     *txnEntry
}

func newTxnTable(size int) *txnTable {
	return &txnTable{byApp: make(map[string]txnEntry, size)}
}

// add records the transactions of version at. Versions come in order; one
// that comes again changes nothing.
func (t *txnTable) add(txns []Txn, at int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, txn := range txns {
		e := txnEntry{version: txn.Version, lastUpdated: txn.LastUpdated, at: at}
		if old, ok := t.byApp[txn.AppID]; ok {
			if old.at >= at {
				continue
			}
			e.prev = &old
		}
		t.byApp[txn.AppID] = e
	}
}

// get returns what version at of the table knows of an application.
func (t *txnTable) get(appID string, at int64) (Txn, bool) {
	t.mu.RLock()
	e, ok := t.byApp[appID]
	t.mu.RUnlock()
	if !ok {
		return Txn{}, false
	}
	return e.txn(appID, at)
}

func (e txnEntry) txn(appID string, at int64) (Txn, bool) {
	for e.at > at {
		if e.prev == nil {
			return Txn{}, false
		}
		e = *e.prev
	}
	return Txn{AppID: appID, Version: e.version, LastUpdated: e.lastUpdated}, true
}

// all returns the transactions that version at of the table knows.
func (t *txnTable) all(at int64) []Txn {
	t.mu.RLock()
	defer t.mu.RUnlock()
	txns := make([]Txn, 0, len(t.byApp))
	for appID, e := range t.byApp {
		if txn, ok := e.txn(appID, at); ok {
			txns = append(txns, txn)
		}
	}
	return txns
}
