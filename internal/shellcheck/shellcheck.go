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
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"github.com/plimline/plimline/internal/source"
)

// Script is a text that a shell reads.
type Script struct {
	// Parts are the text, one behind the other with a line end between.
	Parts []source.Text
	// Dialect is the shell: sh, bash, dash, ksh, or ash for busybox's.
	Dialect string
	// ErrExit is true when the shell runs with -e.
	ErrExit bool
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
var leftOut = []string{
	"SC1009", // what a syntax error stands in; SC1073 says the same
	"SC1090", // a sourced file is not there to be read
	"SC1091", // the same
	"SC2148", // no shebang: SHELL says what reads it
	"SC2187", // ash is checked as dash
	"SC2239", // a shebang that is no absolute path
	"SC2096", // a shebang with parameters
}

// leftOutOfAsh are what dash does not know and busybox's ash does, tried with 1.35 as distributions build it.
var leftOutOfAsh = []string{
	"SC2039", "SC2169", // all that follows, before ShellCheck 0.7.2
	"SC2112", "SC2113", // function f {
	"SC3001",           // <(command)
	"SC3003",           // $'text'
	"SC3010",           // [[ ]], all but its -v
	"SC3012", "SC3013", // test a \< b, -nt and -ef
	"SC3014", "SC3015", // ==, =~
	"SC3018", "SC3019", // ++, **
	"SC3020", "SC3021", "SC3023", // &>, >& file, 12>
	"SC3026",                     // [^a]
	"SC3028",                     // $RANDOM
	"SC3036", "SC3037", "SC3038", // echo -e, exec -a
	"SC3039", "SC3040", "SC3041", "SC3043", // let, set -o pipefail, set -E, local
	"SC3045", "SC3046", // read -s, source
	"SC3047", "SC3048", "SC3049", // trap ERR, SIGINT, int
	"SC3052", "SC3057", "SC3060", // 16#ff, ${x:1}, ${x/a/b}
	"SC3061", "SC3065", "SC3066", "SC3067", // read without a name, test -k, -G, -O
}

const (
	// enough scripts for a process of its own; starting one takes as long as checking some ten.
	enough = 64
	// most scripts for one process: a script that it fails at takes the others with it.
	most = 256
	// timePerScript is how long a script may take on average; most take 10 ms.
	timePerScript = 200 * time.Millisecond
)

// Run has the program judge scripts, and returns what it says of each: not nil, however little that is. It is started once, or a
// few times when there are many scripts. A process gets the timeout and what its scripts take on average. What a process that
// failed was to judge stays nil, and the error says why it failed.
func Run(ctx context.Context, program string, timeout time.Duration, scripts []Script) ([][]Comment, error) {
	out := make([][]Comment, len(scripts))
	if len(scripts) == 0 {
		return out, nil
	}
	dir, err := os.MkdirTemp("", "plimline-shellcheck-")
	if err != nil {
		return out, err
	}
	defer os.RemoveAll(dir)
	texts := make([]text, len(scripts))
	same := map[string][]int{} // by text: what it says of one it says of all
	var files []string
	for i, s := range scripts {
		texts[i] = compose(s)
		if same[texts[i].script] == nil {
			name := strconv.Itoa(i)
			files = append(files, name)
			if err := os.WriteFile(filepath.Join(dir, name), []byte(texts[i].script), 0o600); err != nil {
				return out, err
			}
		}
		same[texts[i].script] = append(same[texts[i].script], i)
	}
	workers := runtime.GOMAXPROCS(0)
	chunks := slices.Collect(slices.Chunk(files, max(enough, min(most, (len(files)+workers-1)/workers))))
	errs := make([]error, len(chunks))
	var group errgroup.Group
	group.SetLimit(workers)
	for i, chunk := range chunks {
		group.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, timeout+time.Duration(len(chunk))*timePerScript)
			defer cancel()
			comments, err := run(ctx, program, dir, chunk)
			if err != nil {
				errs[i] = err
				return nil
			}
			said := make(map[string][]comment, len(chunk))
			for _, c := range comments {
				if !slices.Contains(chunk, c.File) {
					errs[i] = fmt.Errorf("it names a file it was not given: %q", c.File)
					return nil
				}
				said[c.File] = append(said[c.File], c)
			}
			for _, name := range chunk {
				first, _ := strconv.Atoi(name)
				for _, j := range same[texts[first].script] {
					out[j] = texts[j].comments(said[name])
				}
			}
			return nil
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// Check asks a program whether it is ShellCheck, and new enough.
func Check(ctx context.Context, program string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := command(ctx, program, "--version")
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return fmt.Errorf("%s --version does not end", program)
	}
	if err != nil {
		return fmt.Errorf("%s --version: %w", program, err)
	}
	version := versionLine.FindSubmatch(out)
	if version == nil || !bytes.Contains(out, []byte("ShellCheck")) {
		return fmt.Errorf("%s is not ShellCheck", program)
	}
	major, _ := strconv.Atoi(string(version[1]))
	if minor, _ := strconv.Atoi(string(version[2])); major == 0 && minor < 7 {
		return fmt.Errorf("%s is ShellCheck %s.%s; 0.7 is the oldest that will do", program, version[1], version[2])
	}
	return nil
}

var versionLine = regexp.MustCompile(`(?m)^version: v?(\d+)\.(\d+)`)

// command is the program with arguments, without the user's own options: what is found is not to depend on who looks.
func command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "SHELLCHECK_OPTS=") })
	cmd.WaitDelay = time.Second // a child of it may hold the pipes open
	return cmd
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
	cmd := command(ctx, program, append([]string{"--norc", "-f", "json1", "--"}, files...)...)
	cmd.Dir = dir
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	began := time.Now()
	err := cmd.Run()
	var result struct{ Comments []comment }
	var exit *exec.ExitError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("it did not end within %v", time.Since(began).Round(100*time.Millisecond))
	case err == nil, errors.As(err, &exit) && exit.ExitCode() == 1: // 1 says that something was found
		if err = json.Unmarshal(out.Bytes(), &result); err == nil {
			return result.Comments, nil
		}
		err = fmt.Errorf("its output cannot be read: %w", err)
	}
	if line, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n"); line != "" {
		err = fmt.Errorf("%w: %.200s", err, line)
	}
	return nil, err
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
	dialect, without := s.Dialect, leftOut
	if dialect == "ash" {
		dialect, without = "dash", slices.Concat(leftOut, leftOutOfAsh)
	}
	fmt.Fprintf(&b, "# shellcheck shell=%s disable=%s\n", dialect, strings.Join(without, ","))
	if s.ErrExit {
		b.WriteString("set -e; ")
	}
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

// Where the text does not parse ShellCheck says what is wrong, mostly, then in what it stands and where it gave up.
const (
	stopped = 1072
	within  = 1073
)

// comments are ShellCheck's with their places in the file, without those about what was put in front.
func (t text) comments(said []comment) []Comment {
	told := slices.ContainsFunc(said, func(c comment) bool {
		return c.Level == "error" && c.Code < 2000 && c.Code != stopped && c.Code != within
	})
	returns := false
	out := []Comment{}
	for _, c := range said {
		span, whole, ok := t.span(c)
		switch {
		case !ok, c.Code == stopped && told, c.Code == within:
			continue
		case c.Code == 2291 && !whole:
			continue // repeated blanks where lines were joined are the second line's indentation
		case c.Code == 1017 && returns:
			continue // one carriage return stands for those of the other lines
		}
		returns = returns || c.Code == 1017
		out = append(out, Comment{fmt.Sprintf("SC%d", c.Code), c.Level, c.Message, span})
	}
	return out
}

// span is where a comment's place stands in the file, and whether it stands there in one piece; ok is false for one that is about
// what was put in front.
func (t text) span(c comment) (span source.Span, whole, ok bool) {
	start, end := t.offset(c.Line, c.Column), t.offset(c.EndLine, c.EndColumn)
	part, found := slices.BinarySearch(t.starts, start)
	if !found {
		part--
	}
	if part < 0 || start < 0 {
		return source.Span{}, false, false
	}
	p, at := t.parts[part], t.starts[part]
	start = min(start-at, len(p.String))
	end = min(max(end-at, start), len(p.String))
	if start == end && start < len(p.String) && p.String[start] != '\n' {
		// Where its parser stumbles ShellCheck names a place, not a range.
		_, size := utf8.DecodeRuneInString(p.String[start:])
		end += size
	}
	span = p.Span(start, end)
	return span, span.Len() == end-start, true
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
