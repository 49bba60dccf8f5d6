//go:build unix

package cli

import (
	"os"
	"syscall"
)

// keepOwner gives a file the owner of another, as far as the user may.
func keepOwner(f *os.File, of os.FileInfo) {
	if s, ok := of.Sys().(*syscall.Stat_t); ok {
		_ = f.Chown(int(s.Uid), int(s.Gid))
	}
}
