package shell_test

import (
	"strings"
	"testing"

	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
)

// check tests what holds for every script. With inSpan its variables are within its span too: those of a heredoc
// that another script has are not.
func check(t *testing.T, f *source.File, s *shell.Script, inSpan bool) {
	t.Helper()
	last := 0
	for _, v := range s.Vars {
		if got := f.Text(v.Span); inSpan && !s.Span.Contains(v.Span) || v.Name == "" || got == "" {
			t.Fatalf("variable %+v of the script %v has %q", v, s.Span, got)
		}
	}
	for _, c := range s.Commands {
		if c.Span.Start < last {
			t.Fatalf("%q is not in reading order", f.Text(c.Span))
		}
		last = c.Span.Start
		if c.Span.Len() <= 0 || !s.Span.Contains(c.Span) {
			t.Fatalf("command %v is not within the script %v", c.Span, s.Span)
		}
		if c.Pipe < 0 || c.Pipe >= c.PipeLen {
			t.Fatalf("%q: element %d of a pipeline of %d", f.Text(c.Span), c.Pipe, c.PipeLen)
		}
		end := c.Span.Start
		words := append(c.Wrappers[:len(c.Wrappers):len(c.Wrappers)], c.Words...)
		for i, w := range words {
			if w.Span.Start < end && !inSplit(words[:i], w) {
				t.Fatalf("%q: %q at %v stands before %d", f.Text(c.Span), w.Raw, w.Span, end)
			}
			end = max(end, w.Span.End)
			checkWord(t, f, c, w)
		}
		for _, a := range c.Assigns {
			if !c.Span.Contains(a.Span) || !a.Span.Contains(a.Value.Span) && a.Value.Span.Len() > 0 {
				t.Fatalf("%q: assignment %q at %v, value at %v", f.Text(c.Span), a.Name, a.Span, a.Value.Span)
			}
			if a.Value.Span.Len() > 0 {
				checkWord(t, f, c, a.Value)
			}
		}
		for _, r := range c.Redirects {
			if !c.Span.Contains(r.Span) || !r.Span.Contains(r.Target.Span) {
				t.Fatalf("%q: redirection %s at %v, target at %v", f.Text(c.Span), r.Op, r.Span, r.Target.Span)
			}
			checkWord(t, f, c, r.Target)
		}
	}
}

// inSplit reports whether the word is one of those that env -S splits its argument into.
func inSplit(before []shell.Word, w shell.Word) bool {
	for _, other := range before {
		if other.Span.Contains(w.Span) {
			return true
		}
	}
	return false
}

func checkWord(t *testing.T, f *source.File, c *shell.Command, w shell.Word) {
	t.Helper()
	if !c.Span.Contains(w.Span) {
		t.Fatalf("word %q at %v is not within its command %q at %v", w.Raw, w.Span, f.Text(c.Span), c.Span)
	}
	for _, v := range w.Vars {
		if !w.Span.Contains(v.Span) {
			t.Fatalf("variable %q at %v is not within its word %q at %v", v.Name, v.Span, w.Raw, w.Span)
		}
	}
	if !w.Literal {
		return
	}
	if w.Text.String != w.Value {
		t.Fatalf("literal word %q maps %q", w.Value, w.Text.String)
	}
	if w.Quoted && !strings.ContainsAny(w.Raw, "'\"") { // exec form, where the quotes are JSON's
		return
	}
	if got := f.Text(w.Span); !strings.ContainsAny(got, "'\"\\$`\n#") && got != w.Value {
		t.Fatalf("literal word %q has the bytes %q", w.Value, got)
	}
	for i := range len(w.Value) {
		// Each byte stands where it says, but for what an escape of $'...' yields.
		if off := w.Text.Offset(i); !strings.Contains(f.Text(w.Span), `\`) && f.Bytes[off] != w.Value[i] {
			t.Fatalf("byte %d of %q is said to be at %d, where %q stands", i, w.Value, off, f.Bytes[off])
		}
	}
}
