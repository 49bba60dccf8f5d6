//go:build unix

package cli_test

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/plimline/plimline/internal/cli"
)

// TestInterrupt: a command ends when it is interrupted, even while it waits for a pipe that nobody writes to, or for standard input.
func TestInterrupt(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "Dockerfile")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skipf("make a pipe: %v", err)
	}
	for _, args := range [][]string{{"lint", pipe}, {"lint", "-"}, {"lint", "--fix", pipe}, {"lint", "--add-ignore", pipe}, {"fix", pipe}, {"fix", "-"}, {"parse", pipe}, {"graph", "-"}} {
		t.Run(strings.Join(args[:len(args)-1], " "), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(50*time.Millisecond, cancel)
			stdin, _ := io.Pipe()
			var out, stderr bytes.Buffer
			if code := cli.Run(ctx, args, stdin, &out, &stderr); code != cli.ExitFailure || !strings.Contains(stderr.String(), "interrupted") {
				t.Errorf("exit code %d, %s%s", code, out.String(), stderr.String())
			}
		})
	}
}
