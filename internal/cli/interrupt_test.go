//go:build unix

package cli_test

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/plimline/plimline/internal/cli"
)

// TestInterrupt: a run ends when it is interrupted, even while it waits for a pipe that nobody writes to.
func TestInterrupt(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "Dockerfile")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skipf("make a pipe: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	var out, stderr bytes.Buffer
	if code := cli.Run(ctx, []string{"lint", pipe}, strings.NewReader(""), &out, &stderr); code != cli.ExitFailure || !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("exit code %d, %s%s", code, out.String(), stderr.String())
	}
}
