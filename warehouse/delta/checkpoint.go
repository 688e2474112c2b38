package delta

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/parquet-go/parquet-go"
)

// tombstoneAge is how long checkpoints keep removed files, so that clean-up
// by any program spares those that a running query may still need.
const tombstoneAge = 7 * 24 * time.Hour

// checkpointRow is a row of a checkpoint: one action, the other columns null.
type checkpointRow struct {
	Txn      *checkpointTxn      `parquet:"txn,optional"`
	Add      *checkpointAdd      `parquet:"add,optional"`
	Remove   *checkpointRemove   `parquet:"remove,optional"`
	Metadata *checkpointMetadata `parquet:"metaData,optional"`
	Protocol *checkpointProtocol `parquet:"protocol,optional"`
}

type checkpointTxn struct {
	AppID       string `parquet:"appId"`
	Version     int64  `parquet:"version"`
	LastUpdated *int64 `parquet:"lastUpdated,optional"`
}

type checkpointAdd struct {
	Path             string             `parquet:"path"`
	PartitionValues  map[string]*string `parquet:"partitionValues" parquet-value:",optional"`
	Size             int64              `parquet:"size"`
	ModificationTime int64              `parquet:"modificationTime"`
	DataChange       bool               `parquet:"dataChange"`
	Stats            *string            `parquet:"stats,optional"`
	Tags             map[string]*string `parquet:"tags,optional" parquet-value:",optional"`
}

type checkpointRemove struct {
	Path                 string             `parquet:"path"`
	DeletionTimestamp    *int64             `parquet:"deletionTimestamp,optional"`
	DataChange           bool               `parquet:"dataChange"`
	ExtendedFileMetadata *bool              `parquet:"extendedFileMetadata,optional"`
	PartitionValues      map[string]*string `parquet:"partitionValues,optional" parquet-value:",optional"`
	Size                 *int64             `parquet:"size,optional"`
}

type checkpointMetadata struct {
	ID               string            `parquet:"id"`
	Name             *string           `parquet:"name,optional"`
	Description      *string           `parquet:"description,optional"`
	Format           checkpointFormat  `parquet:"format"`
	SchemaString     string            `parquet:"schemaString"`
	PartitionColumns []string          `parquet:"partitionColumns,list"`
	CreatedTime      *int64            `parquet:"createdTime,optional"`
	Configuration    map[string]string `parquet:"configuration"`
}

type checkpointFormat struct {
	Provider string            `parquet:"provider"`
	Options  map[string]string `parquet:"options"`
}

type checkpointProtocol struct {
	MinReaderVersion int32    `parquet:"minReaderVersion"`
	MinWriterVersion int32    `parquet:"minWriterVersion"`
	ReaderFeatures   []string `parquet:"readerFeatures,optional,list"`
	WriterFeatures   []string `parquet:"writerFeatures,optional,list"`
}

// writeCheckpoint writes the checkpoint of a snapshot and points
// _last_checkpoint to it. One that is there already stays.
func (l *Log) writeCheckpoint(s *Snapshot) error {
	name := l.checkpointFile(s.Version)
	if _, err := l.fs.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	data, rows, err := encodeCheckpoint(s, l.now().Add(-tombstoneAge).UnixMilli())
	if err != nil {
		return fmt.Errorf("encode checkpoint %s: %w", name, err)
	}
	if err := l.replaceFile(name, data); err != nil {
		return fmt.Errorf("write checkpoint: %w", err)
	}
	if err := l.fs.SyncDir(l.dir); err != nil {
		return fmt.Errorf("flush %s: %w", l.dir, err)
	}
	if last, ok := l.readHint(); ok && last > s.Version {
		return nil
	}
	text, err := json.Marshal(hint{Version: s.Version, Size: rows, SizeInBytes: int64(len(data)), NumOfAddFiles: int64(len(s.Files))})
	if err != nil {
		return err
	}
	return l.replaceFile(filepath.Join(l.dir, lastCheckpoint), text)
}

// encodeCheckpoint writes a snapshot as a Parquet file without tombstones
// older than a time in milliseconds, and returns the number of rows. Each
// kind of action has row groups of its own, so that readers pass over the
// columns of the others, which are null throughout.
func encodeCheckpoint(s *Snapshot, oldest int64) ([]byte, int64, error) {
	var file bytes.Buffer
	w := &checkpointWriter{rows: parquet.NewGenericWriter[checkpointRow](&file, parquet.Compression(&parquet.Zstd))}
	meta, err := encodeMetadata(s.Metadata)
	if err != nil {
		return nil, 0, err
	}
	w.put(checkpointRow{Protocol: &checkpointProtocol{
		MinReaderVersion: int32(s.Protocol.MinReaderVersion), MinWriterVersion: int32(s.Protocol.MinWriterVersion)}})
	w.put(checkpointRow{Metadata: metadataRow(meta)})
	w.endGroup()
	for i := range s.Files {
		w.put(checkpointRow{Add: addRow(&s.Files[i])})
	}
	for i := range s.removed {
		if r := &s.removed[i]; r.DeletionTimestamp >= oldest {
			w.put(checkpointRow{Remove: removeRow(r)})
		}
	}
	w.endGroup()
	txns := s.txns.all(s.Version)
	rows := make([]checkpointTxn, len(txns))
	for i, t := range txns {
		rows[i] = checkpointTxn{AppID: t.AppID, Version: t.Version, LastUpdated: notZero(&txns[i].LastUpdated)}
		w.put(checkpointRow{Txn: &rows[i]})
	}
	w.endGroup()
	if w.err == nil {
		w.err = w.rows.Close()
	}
	return file.Bytes(), w.count, w.err
}

// checkpointWriter gathers rows, as the library writes many at a time faster.
type checkpointWriter struct {
	rows  *parquet.GenericWriter[checkpointRow]
	batch []checkpointRow
	count int64
	err   error
}

func (w *checkpointWriter) put(r checkpointRow) {
	const batch = 1024
	w.batch = append(w.batch, r)
	if len(w.batch) == batch {
		w.flush()
	}
}

func (w *checkpointWriter) flush() {
	if w.err == nil && len(w.batch) > 0 {
		w.count += int64(len(w.batch))
		_, w.err = w.rows.Write(w.batch)
	}
	w.batch = w.batch[:0]
}

func (w *checkpointWriter) endGroup() {
	if w.flush(); w.err == nil {
		w.err = w.rows.Flush()
	}
}

func addRow(a *Add) *checkpointAdd {
	row := &checkpointAdd{Path: encodePath(a.Path), PartitionValues: withNulls(a.PartitionValues), Size: a.Size,
		ModificationTime: a.ModificationTime}
	if a.raw != "" {
		row.Stats = &a.raw
	}
	if len(a.Tags) > 0 {
		row.Tags = withNulls(a.Tags)
	}
	return row
}

func removeRow(r *Remove) *checkpointRemove {
	extended := true
	return &checkpointRemove{Path: encodePath(r.Path), DeletionTimestamp: notZero(&r.DeletionTimestamp),
		DataChange: r.DataChange, ExtendedFileMetadata: &extended, PartitionValues: withNulls(r.PartitionValues), Size: &r.Size}
}

func metadataRow(m *wireMetadata) *checkpointMetadata {
	return &checkpointMetadata{ID: m.ID, Name: notZero(&m.Name), Description: notZero(&m.Description),
		Format: checkpointFormat(m.Format), SchemaString: m.SchemaString, PartitionColumns: m.PartitionColumns,
		CreatedTime: notZero(&m.CreatedTime), Configuration: m.Configuration}
}

// notZero returns nil for a zero value, which stands for a null.
func notZero[T comparable](v *T) *T {
	var zero T
	if *v == zero {
		return nil
	}
	return v
}
