//go:build !linux

package cli_test

import "os"

// maxRSS is not measured here: the unit differs from system to system.
func maxRSS(*os.ProcessState) int64 { return 0 }
