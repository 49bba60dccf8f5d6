package shellcheck_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
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
	for name, text := range map[string]string{"hangs": "exec sleep 60\n", "its child hangs": "sleep 60\n"} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, err := shellcheck.Run(context.Background(), fake(t, text), 100*time.Millisecond, script)
			if err == nil || !strings.Contains(err.Error(), "did not end within") {
				t.Errorf("error %v", err)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
	if got, err := shellcheck.Run(context.Background(), "nothing", time.Minute, nil); err != nil || len(got) != 0 {
		t.Errorf("nothing to ask: %v, %v", got, err)
	}
}

// TestSome: what one process fails at costs what it was given, and no more; equal scripts are asked about once.
func TestSome(t *testing.T) {
	program := fake(t, `
echo $# >>"$0.log"
for file; do
	if grep -q broken "$file" 2>/dev/null; then exit 3; fi
done
echo '{"comments":[]}'
`)
	scripts := make([]shellcheck.Script, 2000)
	for i := range scripts {
		text := fmt.Sprintf("true %d", i/2)
		if i == 1999 {
			text = "broken"
		}
		scripts[i] = shellcheck.Script{Parts: []source.Text{source.TextAt(text, 0)}, Dialect: "sh"}
	}
	got, err := shellcheck.Run(context.Background(), program, time.Minute, scripts)
	if err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("error %v", err)
	}
	failed := 0
	for _, said := range got {
		if said == nil {
			failed++
		}
	}
	if failed == 0 || failed > 2*256 || got[1999] != nil {
		t.Errorf("%d are not judged", failed)
	}
	log, err := os.ReadFile(program + ".log")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for line := range strings.FieldsSeq(string(log)) {
		n, err := strconv.Atoi(line)
		if err != nil {
			t.Fatal(err)
		}
		asked += n - len([]string{"--norc", "-f", "json1", "--"})
	}
	if asked != 1001 {
		t.Errorf("asked about %d scripts", asked)
	}
}

// TestErrors: of the several things said of a text that does not parse the one that helps is left.
func TestErrors(t *testing.T) {
	const text = "ls\neü"
	entry := func(line, column, code int) string {
		return fmt.Sprintf(`{"file":"0","line":%d,"endLine":%d,"column":%d,"endColumn":%d,"level":"error","code":%d,"message":"x"}`, line, line, column, column, code)
	}
	for name, tt := range map[string]struct {
		comments []string
		want     string
	}{
		"one tells":        {[]string{entry(3, 1, 1073), entry(3, 1, 1049), entry(3, 1, 1072)}, "SC1049 l"},
		"none tells":       {[]string{entry(3, 1, 1073), entry(4, 2, 1072)}, "SC1072 ü"},
		"carriage returns": {[]string{entry(3, 1, 1017), entry(4, 1, 1017)}, "SC1017 l"},
		"at a line's end":  {[]string{entry(3, 3, 1049)}, "SC1049 "},
		"at the end":       {[]string{entry(4, 3, 1049)}, "SC1049 "},
	} {
		t.Run(name, func(t *testing.T) {
			script := []shellcheck.Script{{Parts: []source.Text{source.TextAt(text, 0)}, Dialect: "sh"}}
			got, err := shellcheck.Run(context.Background(), fake(t, answer(tt.comments...)), time.Minute, script)
			if err != nil {
				t.Fatal(err)
			}
			var list []string
			for _, c := range got[0] {
				list = append(list, c.Code+" "+text[c.Span.Start:c.Span.End])
			}
			if said := strings.Join(list, ", "); said != tt.want {
				t.Errorf("got %q, want %q", said, tt.want)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	version := func(v string) string {
		return "echo 'ShellCheck - shell script analysis tool'; echo 'version: " + v + "'\n"
	}
	for name, tt := range map[string]struct{ script, want string }{
		"good":   {version("0.9.0"), ""},
		"newer":  {version("v1.0.0"), ""},
		"old":    {version("0.6.0"), "0.7 is the oldest"},
		"fails":  {"exit 1\n", "exit status 1"},
		"others": {"echo version: 1.2.3\n", "is not ShellCheck"},
	} {
		t.Run(name, func(t *testing.T) {
			err := shellcheck.Check(context.Background(), fake(t, tt.script))
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
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
