package shell_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
)

// TestCorpus reads the RUN instructions of real Dockerfiles.
func TestCorpus(t *testing.T) {
	archive, err := filepath.Abs("../../../shared/corpus/open.tar.xz")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(archive); err != nil {
		t.Skip("no corpus here")
	}
	dir := t.TempDir()
	if out, err := exec.Command("tar", "-xJf", archive, "-C", dir).CombinedOutput(); err != nil {
		t.Skipf("unpack the corpus: %v: %s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	reasons := map[string]int{}
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f := source.NewFile(path, content)
		n["files"]++
		for _, run := range runs(f) {
			n["runs"]++
			var scripts []*shell.Script
			if run.exec != nil {
				n["exec"]++
				scripts = []*shell.Script{shell.ParseExec(run.exec)}
			} else {
				n["heredocs"] += len(run.heredocs)
				scripts = shell.ParseRun(run.body, run.heredocs, run.dialect)
			}
			n["further"] += len(scripts) - 1
			for i, s := range scripts {
				if s.Opaque {
					n["opaque"]++
					reasons[s.Reason]++
					if os.Getenv("SHELL_CORPUS") != "" {
						t.Logf("%s:%d: %s", path, f.Line(run.body.Offset(0)), s.Reason)
					}
					continue
				}
				n["parsed"]++
				if run.exec == nil {
					check(t, f, s, i == 0 && len(run.heredocs) == 0)
				}
				for _, c := range s.Commands {
					n["commands"]++
					n["words"] += len(c.Words)
					if c.Name == "" && len(c.Words) > 0 {
						n["nameless"]++
					}
					if c.Depth > 0 {
						n["nested"]++
					}
					for _, w := range c.Words {
						if w.Literal {
							n["literal"]++
						}
					}
				}
			}
		}
	}
	t.Log(n)
	t.Log(reasons)
	if n["opaque"]*20 > n["parsed"] {
		t.Errorf("%d of %d scripts are opaque", n["opaque"], n["opaque"]+n["parsed"])
	}
}

type run struct {
	body     source.Text
	heredocs []shell.Heredoc
	exec     []shell.ExecWord
	dialect  shell.Dialect
}

// runs finds the RUN instructions of a Dockerfile, near enough to what BuildKit does: it is for tests, and this
// package stands below the one that knows.
func runs(f *source.File) (out []run) {
	operator := regexp.MustCompile(`<<-?(["']?)([A-Za-z_]\w*)["']?`)
	keyword := regexp.MustCompile(`(?i)^\s*(RUN|SHELL|FROM)\s+(--\S+\s+)*`)
	dialect := shell.Dialect("")
	escape := byte('\\')
	if regexp.MustCompile("(?im)^#\\s*escape\\s*=\\s*`").Match(f.Bytes) {
		escape = '`'
	}
	for n := 1; n <= f.Lines(); n++ {
		span := f.LineSpan(n)
		if !keyword.MatchString(f.Text(span)) {
			continue
		}
		var b source.Builder
		for more, first := true, true; more && n <= f.Lines(); first = false {
			span = f.LineSpan(n)
			line := f.Text(span)
			trimmed := strings.TrimSpace(line)
			if !first && (trimmed == "" || trimmed[0] == '#') {
				n++
				continue
			}
			line = strings.TrimRight(line, " \t")
			if more = line != "" && line[len(line)-1] == escape; more {
				line = line[:len(line)-1]
			} else {
				line = f.Text(span)
			}
			b.Add(line, span.Start)
			if more {
				n++
			}
		}
		text := b.Text()
		head := keyword.FindString(text.String)
		name := strings.ToUpper(strings.Fields(head)[0])
		body := text.Slice(len(head), len(strings.TrimRight(text.String, " \t")))
		switch name {
		case "FROM":
			dialect = ""
		case "SHELL":
			var words []string
			if json.Unmarshal([]byte(body.String), &words) == nil {
				dialect = shell.DialectOf(words)
			}
		case "RUN":
			r := run{body: body, dialect: dialect}
			var words []string
			if strings.HasPrefix(body.String, "[") && json.Unmarshal([]byte(body.String), &words) == nil {
				r.exec = []shell.ExecWord{}
				for _, w := range words {
					r.exec = append(r.exec, shell.ExecWord{Text: w, Span: body.Span(0, len(body.String))})
				}
				out = append(out, r)
				continue
			}
			for _, m := range operator.FindAllStringSubmatchIndex(body.String, -1) {
				if m[0] > 0 && (body.String[m[0]-1] == '<') {
					continue
				}
				h := shell.Heredoc{
					Name: body.String[m[4]:m[5]], Expand: m[2] == m[3], Operator: body.Span(m[0], m[1]),
				}
				start := n + 1
				end := start
				for end <= f.Lines() && strings.TrimLeft(f.Text(f.LineSpan(end)), "\t") != h.Name {
					end++
				}
				if end > f.Lines() {
					continue
				}
				var content source.Builder
				from := f.LineSpan(start).Start
				content.Add(f.Text(source.Span{Start: from, End: f.LineSpan(end).Start}), from)
				h.Content = content.Text()
				n = end
				r.heredocs = append(r.heredocs, h)
			}
			out = append(out, r)
		}
	}
	return out
}
