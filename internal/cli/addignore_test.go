package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plimline/plimline/internal/cli"
	"github.com/plimline/plimline/internal/corpustest"
)

// TestAddIgnoreReason: a reason is one line, or it would become an instruction.
func TestAddIgnoreReason(t *testing.T) {
	file := filepath.Join(t.TempDir(), "Dockerfile")
	text := []byte("FROM alpine:latest\n")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, reason := range []string{"a\nRUN b", "a\rb", "a\u2028b", "\x00"} {
		run(t, 2, "lint", "--no-config", "--add-ignore="+reason, file)
	}
	if !bytes.Equal(readFile(t, file), text) {
		t.Error("the file was changed")
	}
	run(t, 0, "lint", "--no-config", "--add-ignore=why \\", file)
	run(t, 0, "lint", "--no-config", "--fail-on=note", file)
}

// TestAddIgnoreCorpus: with its comments every real Dockerfile is clean, its instructions are what they were, and a second run
// changes nothing.
func TestAddIgnoreCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("lints 1,600 files several times")
	}
	files, err := filepath.Glob(filepath.Join(corpustest.Dir(t), "*", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for i, file := range files {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.Dockerfile", i)), readFile(t, file), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	flags := []string{"--no-config", "--no-context", "--select=all", "--shellcheck=off", dir}
	lint := func(args ...string) (string, string) {
		var out, stderr bytes.Buffer
		if code := cli.Run(context.Background(), append(append([]string{"lint"}, args...), flags...), strings.NewReader(""), &out, &stderr); code == cli.ExitFailure {
			t.Fatalf("%s%s", out.String(), stderr.String())
		}
		return out.String(), stderr.String()
	}
	if _, left := lint("--add-ignore"); left != "" {
		t.Errorf("not hidden:\n%s", left)
	}
	out, _ := lint("--format=json", "--fail-on=note")
	var report struct {
		Summary struct{ Findings, Suppressed, Files int }
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatal(err)
	}
	if s := report.Summary; s.Findings != 0 || s.Files != len(files) || s.Suppressed < s.Files {
		t.Errorf("%+v", s)
	}
	changed := 0
	for i, file := range files {
		now := readFile(t, filepath.Join(dir, fmt.Sprintf("%04d.Dockerfile", i)))
		old := readFile(t, file)
		if !bytes.Equal(now, old) {
			changed++
		}
		if got := withoutIgnores(now); !bytes.Equal(got, withoutIgnores(old)) && !bytes.Equal(got, append(withoutIgnores(old), '\n')) {
			t.Errorf("%s has changed in more than comments", file)
		}
	}
	if out, _ := lint("--add-ignore"); out != "0 findings ignored in 0 files\n" {
		t.Errorf("a second run: %s", out)
	}
	t.Logf("%d of %d files changed", changed, len(files))
}

// withoutIgnores leaves the lines out that --add-ignore writes.
func withoutIgnores(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF"))
	var out []byte
	for line := range bytes.Lines(text) {
		if s := strings.TrimSpace(string(line)); !strings.HasPrefix(s, "# plimline ignore") || !strings.HasSuffix(s, " TODO") {
			out = append(out, line...)
		}
	}
	return out
}
