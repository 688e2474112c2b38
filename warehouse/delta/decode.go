package delta

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// actions are the contents of one log file.
type actions struct {
	adds     []Add
	removes  []Remove
	txns     []Txn
	metadata *Metadata
	protocol *Protocol
	info     wireInfo
	// order tells adds from removes in the order of the file, for a file that
	// names a path twice.
	order []bool
}

// errTorn says that a log file ends before its last action.
var errTorn = errors.New("file ends before its last action")

// lineAction is a line of the log as read. commitInfo has no fixed form, so
// it is looked at separately and never an error.
type lineAction struct {
	Txn        *wireTxn        `json:"txn"`
	Add        *wireAdd        `json:"add"`
	Remove     *wireRemove     `json:"remove"`
	Metadata   *wireMetadata   `json:"metaData"`
	Protocol   *wireProtocol   `json:"protocol"`
	CommitInfo json.RawMessage `json:"commitInfo"`
}

// decodeActions reads a log file. Actions it does not know are skipped, as
// the protocol asks of readers.
func decodeActions(file string, data []byte) (*actions, error) {
	a := &actions{}
	n := 0
	for line := 1; len(data) > 0; line++ {
		text, rest, ended := bytes.Cut(data, []byte{'\n'})
		data = rest
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		n++
		if err := a.decodeLine(text); err != nil {
			if !ended {
				err = fmt.Errorf("%w: %w", errTorn, err)
			}
			return nil, &DamagedError{File: file, Line: line, Err: err}
		}
	}
	if n == 0 || n < a.info.Actions {
		return nil, &DamagedError{File: file, Err: errTorn}
	}
	return a, nil
}

func (a *actions) decodeLine(text []byte) error {
	var l lineAction
	if err := json.Unmarshal(text, &l); err != nil {
		return err
	}
	switch {
	case l.Add != nil:
		add, err := decodeAdd(l.Add)
		if err != nil {
			return err
		}
		a.adds, a.order = append(a.adds, add), append(a.order, true)
	case l.Remove != nil:
		remove, err := decodeRemove(l.Remove)
		if err != nil {
			return err
		}
		a.removes, a.order = append(a.removes, remove), append(a.order, false)
	case l.Txn != nil:
		if l.Txn.AppID == "" {
			return errors.New("txn without appId")
		}
		a.txns = append(a.txns, Txn{AppID: l.Txn.AppID, Version: l.Txn.Version, LastUpdated: l.Txn.LastUpdated})
	case l.Metadata != nil:
		m, err := decodeMetadata(l.Metadata)
		if err != nil {
			return err
		}
		a.metadata = &m
	case l.Protocol != nil:
		p := Protocol(*l.Protocol)
		a.protocol = &p
	case l.CommitInfo != nil:
		a.info = decodeInfo(l.CommitInfo)
	}
	return nil
}

func decodeAdd(w *wireAdd) (Add, error) {
	path, err := decodePath(w.Path)
	switch {
	case err != nil:
		return Add{}, fmt.Errorf("add: %w", err)
	case path == "":
		return Add{}, errors.New("add without path")
	case w.DeletionVector != nil:
		return Add{}, errors.New("add with a deletion vector, which needs Delta reader version 3")
	case w.Size < 0:
		return Add{}, errors.New("add with a negative size")
	}
	return Add{Path: path, PartitionValues: withoutNulls(w.PartitionValues), Size: w.Size,
		ModificationTime: w.ModificationTime, Stats: parseStats(w.Stats), Tags: withoutNulls(w.Tags), raw: w.Stats}, nil
}

func decodeRemove(w *wireRemove) (Remove, error) {
	path, err := decodePath(w.Path)
	if err == nil && path == "" {
		err = errors.New("no path")
	}
	if err != nil {
		return Remove{}, fmt.Errorf("remove: %w", err)
	}
	return Remove{Path: path, PartitionValues: withoutNulls(w.PartitionValues), Size: w.Size,
		DeletionTimestamp: w.DeletionTimestamp, DataChange: w.DataChange}, nil
}
