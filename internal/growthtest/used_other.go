//go:build !unix

package growthtest

import "time"

var start = time.Now()

// used is the time that has gone by: this system has no simple way to ask for the processor's.
func used() time.Duration { return time.Since(start) }
