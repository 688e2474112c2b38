package delta

// Add makes a data file part of the table.
type Add struct {
	// Path is relative to the table's directory, with slashes, not encoded.
	Path string
	// PartitionValues has a value for each partition column; "" is null.
	PartitionValues map[string]string
	// Size is in bytes.
	Size int64
	// ModificationTime is in milliseconds since 1970-01-01 UTC.
	ModificationTime int64
	Stats            Stats
	Tags             map[string]string
	// raw is the text of the statistics in the log. It is written again into
	// checkpoints, so that what other programs wrote is not lost.
	raw string
}

// Remove takes a data file out of the table. The file itself stays until
// nobody needs an older version.
type Remove struct {
	// Path is relative to the table's directory, with slashes, not encoded.
	Path            string
	PartitionValues map[string]string
	// Size is in bytes.
	Size int64
	// DeletionTimestamp is in milliseconds since 1970-01-01 UTC; Commit sets
	// it to now if it is 0.
	DeletionTimestamp int64
	// DataChange is false if the rows live on in other files.
	DataChange bool
}

// Txn says that a transaction of an application is in the table.
type Txn struct {
	AppID   string
	Version int64
	// LastUpdated is in milliseconds since 1970-01-01 UTC; Commit sets it to
	// now if it is 0.
	LastUpdated int64
}

// Commit is a change to be made as a whole or not at all.
type Commit struct {
	// Operation is a name such as "WRITE" or "OPTIMIZE".
	Operation  string
	Parameters map[string]string
	Adds       []Add
	Removes    []Remove
	Txns       []Txn
	// Metadata, if not nil, is merged into that of the table: columns and
	// properties are added, none goes away (see MergeColumns). Identity, name
	// and time of creation stay.
	Metadata *Metadata
	// DataChange is false if the commit only moves rows between files. It
	// holds for all adds, and where true also for all removes.
	DataChange bool
	// Tags are kept in commitInfo.
	Tags map[string]string
}

// wireAction is a line of the log.
type wireAction struct {
	Txn        *wireTxn      `json:"txn,omitempty"`
	Add        *wireAdd      `json:"add,omitempty"`
	Remove     *wireRemove   `json:"remove,omitempty"`
	Metadata   *wireMetadata `json:"metaData,omitempty"`
	Protocol   *wireProtocol `json:"protocol,omitempty"`
	CommitInfo *wireInfo     `json:"commitInfo,omitempty"`
}

type wireTxn struct {
	AppID       string `json:"appId"`
	Version     int64  `json:"version"`
	LastUpdated int64  `json:"lastUpdated,omitempty"`
}

type wireProtocol struct {
	MinReaderVersion int `json:"minReaderVersion"`
	MinWriterVersion int `json:"minWriterVersion"`
}

type wireAdd struct {
	Path             string             `json:"path"`
	PartitionValues  map[string]*string `json:"partitionValues"`
	Size             int64              `json:"size"`
	ModificationTime int64              `json:"modificationTime"`
	DataChange       bool               `json:"dataChange"`
	Stats            string             `json:"stats,omitempty"`
	Tags             map[string]*string `json:"tags,omitempty"`
	DeletionVector   *struct{}          `json:"deletionVector,omitempty"`
}

type wireRemove struct {
	Path                 string             `json:"path"`
	DeletionTimestamp    int64              `json:"deletionTimestamp,omitempty"`
	DataChange           bool               `json:"dataChange"`
	ExtendedFileMetadata bool               `json:"extendedFileMetadata,omitempty"`
	PartitionValues      map[string]*string `json:"partitionValues,omitempty"`
	Size                 int64              `json:"size,omitempty"`
}

// withNulls writes "" as null, which is what it means in a log.
func withNulls(values map[string]string) map[string]*string {
	m := make(map[string]*string, len(values))
	for k, v := range values {
		m[k] = nil
		if v != "" {
			m[k] = &v
		}
	}
	return m
}

func withoutNulls(values map[string]*string) map[string]string {
	if len(values) == 0 {
		return nil
	}
	m := make(map[string]string, len(values))
	for k, v := range values {
		m[k] = ""
		if v != nil {
			m[k] = *v
		}
	}
	return m
}

func encodeAdd(a Add, types map[string]string, dataChange bool) *wireAdd {
	w := &wireAdd{Path: encodePath(a.Path), PartitionValues: withNulls(a.PartitionValues), Size: a.Size,
		ModificationTime: a.ModificationTime, DataChange: dataChange, Stats: encodeStats(a.Stats, types)}
	if len(a.Tags) > 0 {
		w.Tags = withNulls(a.Tags)
	}
	return w
}

func encodeRemove(r Remove) *wireRemove {
	return &wireRemove{Path: encodePath(r.Path), DeletionTimestamp: r.DeletionTimestamp, DataChange: r.DataChange,
		ExtendedFileMetadata: true, PartitionValues: withNulls(r.PartitionValues), Size: r.Size}
}
