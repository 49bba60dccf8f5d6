package cli_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plimline/plimline/internal/cli"
)

// stream is what a command writes while it runs.
type stream struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

// next waits for the text of the next run, which ends as the first one does.
func (s *stream) next(t *testing.T, end string) string {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		s.mu.Lock()
		text := s.b.String()
		if i := strings.Index(text, end); i >= 0 {
			s.b.Next(i + len(end))
			s.mu.Unlock()
			return text[:i]
		}
		s.mu.Unlock()
	}
	t.Fatalf("nothing was linted; the last output was %q", s.b.String())
	return ""
}

// TestWatch: a run for each change: a file written in place, one that an editor puts in its place, a new one, a configuration, a broken one;
// and the end when it is interrupted.
func TestWatch(t *testing.T) {
	t.Chdir(t.TempDir())
	put := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put(".git/HEAD", "")
	put("Dockerfile", "FROM alpine:latest\nUSER 1\n")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var out stream
	code := make(chan int, 1)
	go func() {
		code <- cli.Run(ctx, []string{"lint", "--watch", "--format", "text", "--format", "json", "--output", "out.json"}, strings.NewReader(""), &out, &out)
	}()
	const end = "; stop with Ctrl-C\n"
	step := func(what string, wants ...string) {
		t.Helper()
		got := out.next(t, end)
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is not in\n%s", what, want, got)
			}
		}
	}
	step("first", "Dockerfile:1:6: warning", "1 finding (1 warning) in 1 file", "watching 1 file")
	put("Dockerfile", "FROM alpine:3.22\nUSER 1\n")
	step("in place", "No findings in 1 file")
	put("Dockerfile.swp", "FROM alpine:3.22\nUSER root\n")
	if err := os.Rename("Dockerfile.swp", "Dockerfile"); err != nil {
		t.Fatal(err)
	}
	step("renamed", "[root-user]")
	put("sub/new.Dockerfile", "FROM alpine:latest\nUSER 1\n")
	step("new", "sub/new.Dockerfile:1:6: warning", "watching 2 files")
	put("plimline.yaml", "ignore: [root-user]\n")
	step("configuration", "1 finding (1 warning) in 1 file of 2")
	put("plimline.yaml", "nonsense: 1\n")
	step("broken", "plimline.yaml:1:1: ")
	put("plimline.yaml", "ignore: [latest-tag, root-user]\n")
	step("mended", "No findings in 2 files")
	put("compose.yaml", "services: {a: {build: {context: ., dockerfile: other/file}}}\n")
	put("other/file", "FROM alpine:latest\nUSER 1\n")
	put("plimline.yaml", "inputs: [compose.yaml]\n")
	step("a Compose file", "other/file:1:6: warning")
	put("other/file", "FROM alpine:3.22\nUSER 1\n# longer\n")
	got := out.next(t, end)
	if strings.Contains(got, "other/file:1:6") {
		t.Errorf("what a Compose file builds:\n%s", got)
	}
	put("another/file", "FROM debian:latest\nUSER 1\n")
	put("compose.override.yaml", "services: {a: {build: !override {context: another, dockerfile: file}}}\n")
	step("a file on top of the Compose file", "another/file:1:6: warning")
	if err := os.Remove("compose.override.yaml"); err != nil {
		t.Fatal(err)
	}
	out.next(t, end)
	if err := os.Remove("sub/new.Dockerfile"); err != nil {
		t.Fatal(err)
	}
	step("removed", "[root-user]")
	if text := string(readFile(t, "out.json")); !strings.Contains(text, "root-user") || strings.Contains(text, "new.Dockerfile") {
		t.Errorf("the report in a file is old:\n%s", text)
	}
	put("hostile-rule.rego", "package plimline.policies[\"hostile-rule\"]\n\nfindings contains 1 if sprintf(\"%1000000000d\", [1]) != \"\"\n")
	put("plimline.yaml", "policies: [hostile-rule.rego]\n")
	step("a hostile policy", "rule hostile-rule: hostile-rule.rego:3: sprintf: a text of more than 4 MiB", "[root-user]")
	cancel()
	select {
	case got := <-code:
		if got != cli.ExitClean {
			t.Errorf("exit code %d", got)
		}
	case <-time.After(time.Minute):
		t.Fatal("it does not stop")
	}
}
