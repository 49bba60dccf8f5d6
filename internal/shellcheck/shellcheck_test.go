package shellcheck_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/shellcheck"
	"github.com/plimline/plimline/internal/source"
)

// fake is a program that answers with the comments, whatever it is asked.
func fake(t *testing.T, script string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "shellcheck")
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return name
}

func answer(comments ...string) string {
	return fmt.Sprintf("cat <<'EOF'\n{\"comments\":[%s]}\nEOF\nexit 1\n", strings.Join(comments, ","))
}

func at(file, line, column, endLine, endColumn int) string {
	return fmt.Sprintf(`{"file":"%d","line":%d,"endLine":%d,"column":%d,"endColumn":%d,"level":"info","code":2086,"message":"Quote it."}`, file, line, endLine, column, endColumn)
}

// TestPlaces: lines and columns, in code points, lead back over joined lines and several parts to the bytes of the file.
func TestPlaces(t *testing.T) {
	const file = "RUN echo é \\\r\n  $A && \\\n# comment\n\tcat <<X\nü $B\nX\n"
	b := source.Builder{}
	b.Add("echo é ", 4)
	b.Add("  $A && ", strings.Index(file, "  $A"))
	b.Add("\tcat <<X", strings.Index(file, "\tcat"))
	body := b.Text()
	heredoc := source.TextAt("ü $B", strings.Index(file, "ü"))
	script := shellcheck.Script{Parts: []source.Text{body, heredoc}, Dialect: "dash", Vars: []shellcheck.Var{{Name: "A", Value: "it's\nb", Known: true}, {Name: "B"}, {Name: "no name"}}}
	program := fake(t, answer(
		at(0, 3, 10, 3, 12), // $A
		at(0, 3, 17, 3, 20), // cat: the tab is one column
		at(0, 4, 3, 4, 5),   // $B
		at(0, 2, 1, 2, 5),   // in what is put in front
		at(0, 99, 1, 99, 2), // nowhere
	))
	got, err := shellcheck.Run(context.Background(), program, time.Minute, []shellcheck.Script{script})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, c := range got[0] {
		texts = append(texts, c.Code+" "+c.Level+" "+file[c.Span.Start:c.Span.End])
	}
	if diff := cmp.Diff([]string{"SC2086 info $A", "SC2086 info cat", "SC2086 info $B"}, texts); diff != "" {
		t.Error(diff)
	}
}

func TestFailures(t *testing.T) {
	script := []shellcheck.Script{{Parts: []source.Text{source.TextAt("true", 0)}, Dialect: "sh"}}
	for name, tt := range map[string]struct{ program, want string }{
		"stops":         {fake(t, "echo broken >&2\nexit 3\n"), "exit status 3: broken"},
		"other words":   {fake(t, "echo hello\n"), "its output cannot be read"},
		"unknown file":  {fake(t, answer(at(7, 1, 1, 1, 1))), "a file it was not given"},
		"no such thing": {filepath.Join(t.TempDir(), "nothing"), "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := shellcheck.Run(context.Background(), tt.program, time.Minute, script); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
	t.Run("hangs", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		if _, err := shellcheck.Run(ctx, fake(t, "exec sleep 60\n"), time.Minute, script); err == nil {
			t.Error("no error")
		}
	})
	if got, err := shellcheck.Run(context.Background(), "nothing", time.Minute, nil); err != nil || len(got) != 0 {
		t.Errorf("nothing to ask: %v, %v", got, err)
	}
}

// TestReal asks ShellCheck where it is installed.
func TestReal(t *testing.T) {
	program, err := exec.LookPath("shellcheck")
	if err != nil {
		t.Skip("no ShellCheck here")
	}
	const text = "echo $B && é=1 ls *.txt | grep $A"
	scripts := make([]shellcheck.Script, 200)
	for i := range scripts {
		scripts[i] = shellcheck.Script{Parts: []source.Text{source.TextAt(text, 0)}, Dialect: "bash", Vars: []shellcheck.Var{{Name: "A", Value: "x", Known: true}, {Name: "B"}}}
	}
	got, err := shellcheck.Run(context.Background(), program, time.Minute, scripts)
	if err != nil {
		t.Fatal(err)
	}
	for i, comments := range got {
		var places []string
		for _, c := range comments {
			places = append(places, c.Code+" "+text[c.Span.Start:c.Span.End])
		}
		if list := strings.Join(places, ", "); !strings.Contains(list, "SC2086 $B") || strings.Contains(list, "$A") {
			t.Fatalf("script %d: %s", i, list)
		}
	}
}
