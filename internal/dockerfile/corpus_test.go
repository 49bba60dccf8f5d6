package dockerfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/plimline/plimline/internal/corpustest"
	"github.com/plimline/plimline/internal/source"
)

// corpus unpacks the real Dockerfiles, which are no part of the project; the test is skipped without them.
func corpus(t testing.TB) []*source.File {
	dir := corpustest.Dir(t)
	var files []*source.File
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() != "Dockerfile" {
			return err
		}
		content, err := os.ReadFile(path)
		files = append(files, source.NewFile(filepath.Base(filepath.Dir(path)), content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	var instructionCount, flags, values, unmapped, heredocs, comments, templates, problems int
	for _, src := range corpus(t) {
		f := Parse(src)
		c := &checker{t: t, src: src, file: f}
		failed := t.Failed()
		c.all()
		if !failed && t.Failed() {
			t.Fatalf("in %s", src.Path)
		}
		accepted := buildkitAccepts(src)
		parse := 0
		for _, p := range f.Problems {
			if p.Kind == ProblemParse {
				parse++
			}
			if testing.Verbose() {
				t.Logf("%s: %s: %s (%q)", src.Path, p.Kind, p.Message, shorten(src.Text(p.Span)))
			}
		}
		if !f.Template && accepted != (parse == 0) {
			t.Errorf("%s: BuildKit accepts it: %v; our problems: %v", src.Path, accepted, f.Problems)
		}
		problems += parse
		if f.Template {
			templates++
		}
		comments += len(f.Comments)
		for _, in := range f.Instructions {
			instructionCount++
			if in.OnBuild != nil {
				in = in.OnBuild
			}
			flags += len(in.Flags)
			heredocs += len(in.Heredocs)
			words := in.Args
			for _, x := range in.Flags {
				words = append(words, x.Value)
			}
			for _, p := range in.Pairs {
				words = append(words, p.Key, p.Value)
			}
			for _, w := range words {
				values++
				if w.Text != "" && w.Map.String == "" {
					unmapped++
					t.Logf("%s: %s has the word %q, which is not mapped", src.Path, in.Name, shorten(w.Text))
				}
			}
		}
	}
	t.Logf("%d instructions, %d flags, %d values (%d not mapped), %d heredocs, %d comments, %d templates, %d parse problems",
		instructionCount, flags, values, unmapped, heredocs, comments, templates, problems)
}

// buildkitAccepts reports whether BuildKit takes the file, or each instruction of one without FROM.
func buildkitAccepts(src *source.File) bool {
	res, err := parser.Parse(strings.NewReader(string(src.Bytes)))
	if err != nil {
		return false
	}
	from := false
	for _, n := range res.AST.Children {
		n.PrevComment = nil
		from = from || strings.EqualFold(n.Value, "FROM")
		x, err := instructions.ParseInstruction(n)
		if run, ok := x.(*instructions.RunCommand); ok && err == nil && !strings.Contains(strings.Join(n.Flags, ""), "$") {
			err = run.Expand(func(word string) (string, error) { return word, nil })
		} else if words, ok := x.(instructions.SupportsSingleWordExpansion); ok && err == nil {
			lex := shell.NewLex(res.EscapeToken)
			err = words.Expand(func(word string) (string, error) {
				if strings.Contains(word, devContainer) {
					return word, nil
				}
				_, _, err := lex.ProcessWord(word, anything{})
				return word, err
			})
		}
		if err != nil {
			return false
		}
	}
	_, _, err = instructions.Parse(res.AST, nil)
	return err == nil || !from
}
