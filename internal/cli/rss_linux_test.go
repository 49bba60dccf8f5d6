package cli_test

import (
	"os"
	"syscall"
)

// maxRSS is the process's largest resident set, in kB.
func maxRSS(state *os.ProcessState) int64 {
	return state.SysUsage().(*syscall.Rusage).Maxrss
}
