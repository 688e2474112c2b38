//go:build !unix

package main

import (
	"runtime"
	"time"
)

// processorTime is here the time on the clock: nothing tells the other.
func processorTime() time.Duration { return time.Duration(time.Now().UnixNano()) }

// peakMemory is here what has been asked of the system, in bytes.
func peakMemory() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}
