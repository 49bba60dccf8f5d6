package shell_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/source"
)

// TestLarge reads megabytes of the sort that would overflow a stack or take quadratic time.
func TestLarge(t *testing.T) {
	numbered := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for name, s := range map[string]string{
		"parens":        strings.Repeat("(", 10<<20),
		"substitutions": strings.Repeat("$(", 5<<20),
		"backquotes":    strings.Repeat("`", 1<<20),
		"deepest":       strings.Repeat("( ", 1<<14-1) + "a" + strings.Repeat(" )", 1<<14-1),
		"deep defaults": strings.Repeat("${A:-", 5400) + strings.Repeat("}", 5400),
		"deep if":       strings.Repeat("if a; then ", 1400) + "b" + strings.Repeat("; fi", 1400),
		"deep for":      strings.Repeat("for a in b; do ", 1000) + "b" + strings.Repeat("; done", 1000),
		"unary":         "$((" + strings.Repeat("-", 16000) + "1))",
		"and":           "a" + strings.Repeat("&&a", 1<<18),
		"and, shorter":  "a" + strings.Repeat("&&a", 5000),
		"pipe":          "a" + strings.Repeat("|a", 8000),
		"if":            strings.Repeat("if ", 1<<20),
		"list":          strings.Repeat("cd a;", 1<<17),
		"words":         strings.Repeat("a ", 1<<19),
		"evals":         strings.Repeat("eval ", 1<<16),
		"envs":          strings.Repeat("env ", 1<<18),
		"splits":        strings.Repeat("env -S ", 1<<17),
		"variables":     numbered("A%d=1;", 1<<17),
		"exports":       numbered("A%d=1;export A%[1]d;", 1<<16),
		"heredocs":      strings.Repeat("<<A ", 1<<17) + "\n" + strings.Repeat("A\n", 1<<17),
		"quotes":        strings.Repeat("'a'", 1<<20),
		"cases":         "case a in " + strings.Repeat("a) b;; ", 1<<17) + "esac",
		"subshells":     strings.Repeat("A=1;", 500) + strings.Repeat("(B=1);", 4000),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			script := shell.Parse(text(s), "sh")
			took := time.Since(start)
			t.Logf("%d bytes, %v: %d commands %s", len(s), took, len(script.Commands), script.Reason)
			if took > 5*time.Second {
				t.Errorf("%d bytes took %v", len(s), took)
			}
		})
	}
	t.Run("continuations", func(t *testing.T) {
		line := "aa bb cc \\\n"
		f := source.NewFile("f", []byte(strings.Repeat(line, 1<<17)))
		var b source.Builder
		for i := range 1 << 17 {
			b.Add(line[:len(line)-2], i*len(line))
		}
		start := time.Now()
		script := shell.Parse(b.Text(), "sh")
		if took := time.Since(start); took > 5*time.Second || len(script.Commands) != 1 {
			t.Errorf("%d bytes took %v", len(f.Bytes), took)
		}
		words := script.Commands[0].Words
		if got := f.Text(words[len(words)-1].Span); got != "cc" {
			t.Errorf("the last word is %q", got)
		}
	})
}
