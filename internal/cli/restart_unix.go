//go:build unix

package cli

import (
	"os"
	"syscall"
)

// replace runs plimline in place of this process, with more in the environment. It returns when that cannot be done.
func replace(args []string, env string) {
	if program, err := os.Executable(); err == nil {
		_ = syscall.Exec(program, append(os.Args[:1:1], args...), append(os.Environ(), env))
	}
}
