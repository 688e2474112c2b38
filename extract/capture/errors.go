package capture

// NotCaptureError says that an input is no capture: other content, an empty
// file, or a capture format of another family. A walk over a directory skips
// such files; a pcap or pcapng file of a kind that cannot be read is an error there too.
type NotCaptureError struct {
	// Name is the input as it was given.
	Name string
	// Reason tells what was found instead.
	Reason string
}

func (e *NotCaptureError) Error() string {
	return e.Name + ": not a capture: " + e.Reason
}

// damage is the state of a compressed stream that does not go on: what came
// before it is kept and the capture ends with a warning.
type damage struct {
	what  string
	cause error
}

func (d *damage) Error() string { return d.what }

func (d *damage) Unwrap() error { return d.cause }
