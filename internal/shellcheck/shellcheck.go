// Package shellcheck has ShellCheck judge the shell text of Dockerfiles.
package shellcheck

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"github.com/plimline/plimline/internal/source"
)

// Script is a text that a shell reads.
type Script struct {
	// Parts are the text, one behind the other with a line end between.
	Parts []source.Text
	// Dialect is what ShellCheck calls the shell: sh, bash, dash or ksh.
	Dialect string
	// Vars are the variables that the script finds set.
	Vars []Var
}

// Var is a variable of the environment.
type Var struct {
	Name, Value string
	Known       bool // Value is what it holds
}

// Comment is something ShellCheck says.
type Comment struct {
	Code    string // such as SC2086
	Level   string // error, warning, info or style
	Message string
	Span    source.Span
}

// leftOut are codes that say nothing of a script in a Dockerfile.
var leftOut = strings.Join([]string{
	"SC1090", // a sourced file is not there to be read
	"SC1091", // the same
	"SC2148", // no shebang: SHELL says what reads it
	"SC2187", // ash is checked as dash
	"SC2239", // a shebang that is no absolute path
	"SC2096", // a shebang with parameters
	"SC3040", // set -o pipefail: dash has it since 0.5.13, and busybox
	"SC1072", // ShellCheck could not go on: another tells why
	"SC1073", // the same
}, ",")

// enough scripts for a process of its own; starting one takes as long as checking some ten.
const enough = 64

// Run has the program judge scripts, and returns what it says of each. It is started once, or once a processor when there are many
// scripts. The error says why it could not be asked.
func Run(ctx context.Context, program string, scripts []Script) ([][]Comment, error) {
	out := make([][]Comment, len(scripts))
	if len(scripts) == 0 {
		return out, nil
	}
	dir, err := os.MkdirTemp("", "plimline-shellcheck-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	texts := make([]text, len(scripts))
	for i, s := range scripts {
		texts[i] = compose(s)
		if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(i)), []byte(texts[i].script), 0o600); err != nil {
			return nil, err
		}
	}
	processes := max(1, min(runtime.GOMAXPROCS(0), len(scripts)/enough))
	group, ctx := errgroup.WithContext(ctx)
	for p := range processes {
		var files []string
		for i := p; i < len(scripts); i += processes {
			files = append(files, strconv.Itoa(i))
		}
		group.Go(func() error {
			for chunk := range slices.Chunk(files, 5000) {
				comments, err := run(ctx, program, dir, chunk)
				if err != nil {
					return err
				}
				for _, c := range comments {
					i, err := strconv.Atoi(c.File)
					if err != nil || i < 0 || i >= len(texts) {
						return fmt.Errorf("%s names a file it was not given: %q", program, c.File)
					}
					if span, ok := texts[i].span(c); ok {
						out[i] = append(out[i], Comment{fmt.Sprintf("SC%d", c.Code), c.Level, c.Message, span})
					}
				}
			}
			return nil
		})
	}
	return out, group.Wait()
}

// comment is an entry of ShellCheck's json1 output: lines and columns from 1, columns in code points, a tab counts 1.
type comment struct {
	File                             string
	Line, EndLine, Column, EndColumn int
	Level                            string
	Code                             int
	Message                          string
}

func run(ctx context.Context, program, dir string, files []string) ([]comment, error) {
	if abs, err := filepath.Abs(program); err == nil && strings.ContainsRune(program, filepath.Separator) {
		program = abs
	}
	cmd := exec.CommandContext(ctx, program, append([]string{"--norc", "-f", "json1", "--"}, files...)...)
	cmd.Dir = dir
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	// 1 says that something was found.
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		if text := strings.TrimSpace(stderr.String()); text != "" {
			err = fmt.Errorf("%w: %s", err, text)
		}
		return nil, err
	}
	var result struct{ Comments []comment }
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		return nil, fmt.Errorf("its output cannot be read: %w", err)
	}
	return result.Comments, nil
}

// text is a script as ShellCheck reads it.
type text struct {
	script string
	lines  []int // offsets of the lines' beginnings
	parts  []source.Text
	starts []int // offsets of the parts
}

// compose writes the script: what ShellCheck is told, the variables that are set, and the parts.
func compose(s Script) text {
	var b strings.Builder
	fmt.Fprintf(&b, "# shellcheck shell=%s disable=%s\n", s.Dialect, leftOut)
	for _, v := range s.Vars {
		if !isName(v.Name) {
			continue
		}
		if v.Known {
			fmt.Fprintf(&b, "export %s='%s'; ", v.Name, strings.NewReplacer("'", `'\''`, "\n", " ", "\r", " ").Replace(v.Value))
		} else {
			fmt.Fprintf(&b, "%s=$(printenv); export %s; ", v.Name, v.Name)
		}
	}
	b.WriteString(":\n")
	t := text{parts: s.Parts}
	for _, p := range s.Parts {
		t.starts = append(t.starts, b.Len())
		b.WriteString(p.String)
		b.WriteByte('\n')
	}
	t.script = b.String()
	t.lines = []int{0}
	for i := range len(t.script) {
		if t.script[i] == '\n' {
			t.lines = append(t.lines, i+1)
		}
	}
	return t
}

// span is where a comment's place stands in the file; ok is false for one that is about what was put in front.
func (t text) span(c comment) (span source.Span, ok bool) {
	start, end := t.offset(c.Line, c.Column), t.offset(c.EndLine, c.EndColumn)
	part, found := slices.BinarySearch(t.starts, start)
	if !found {
		part--
	}
	if part < 0 || start < 0 {
		return source.Span{}, false
	}
	p, at := t.parts[part], t.starts[part]
	start = min(start-at, len(p.String))
	end = min(max(end-at, start), len(p.String))
	return p.Span(start, end), true
}

// offset is the byte of a line and column, -1 when there is no such line.
func (t text) offset(line, column int) int {
	if line < 1 || line > len(t.lines) {
		return -1
	}
	at := t.lines[line-1]
	for i := 1; i < column && at < len(t.script) && t.script[at] != '\n'; i++ {
		_, size := utf8.DecodeRuneInString(t.script[at:])
		at += size
	}
	return at
}

func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" && (s[0] < '0' || s[0] > '9')
}
