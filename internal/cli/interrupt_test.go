//go:build unix

package cli_test

import (
	"bytes"
	"context"
	"io"
	"os"
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

// TestInterruptFix: what was mended before is told.
func TestInterruptFix(t *testing.T) {
	dir := t.TempDir()
	file, pipe := filepath.Join(dir, "a.Dockerfile"), filepath.Join(dir, "b.Dockerfile")
	if err := os.WriteFile(file, []byte("FROM alpine:3.20\nENV a b\nUSER 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skipf("make a pipe: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		// Opens when plimline reads it, which is when the first file is mended.
		w, err := os.OpenFile(pipe, os.O_WRONLY, 0)
		cancel()
		if err == nil {
			w.Close()
		}
	}()
	var out, stderr bytes.Buffer
	code := cli.Run(ctx, []string{"fix", "--no-config", "-j", "1", file, pipe}, strings.NewReader(""), &out, &stderr)
	if want := file + ": fixed legacy-key-value\n1 finding fixed in 1 file\n"; code != cli.ExitFailure || out.String() != want || stderr.String() != "plimline: interrupted\n" {
		t.Errorf("exit code %d, %s%s", code, out.String(), stderr.String())
	}
}
