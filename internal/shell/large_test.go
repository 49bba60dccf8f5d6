package shell_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plimline/plimline/internal/growthtest"
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
	for name, large := range map[string]struct {
		n    int
		text func(n int) string
	}{
		"parens":        {10 << 20, func(n int) string { return strings.Repeat("(", n) }},
		"substitutions": {5 << 20, func(n int) string { return strings.Repeat("$(", n) }},
		"backquotes":    {1 << 20, func(n int) string { return strings.Repeat("`", n) }},
		"deepest":       {1<<14 - 1, func(n int) string { return strings.Repeat("( ", n) + "a" + strings.Repeat(" )", n) }},
		"deep defaults": {5400, func(n int) string { return strings.Repeat("${A:-", n) + strings.Repeat("}", n) }},
		"deep if":       {1400, func(n int) string { return strings.Repeat("if a; then ", n) + "b" + strings.Repeat("; fi", n) }},
		"deep for":      {1000, func(n int) string { return strings.Repeat("for a in b; do ", n) + "b" + strings.Repeat("; done", n) }},
		"unary":         {16000, func(n int) string { return "$((" + strings.Repeat("-", n) + "1))" }},
		"and":           {1 << 18, func(n int) string { return "a" + strings.Repeat("&&a", n) }},
		"and, shorter":  {5000, func(n int) string { return "a" + strings.Repeat("&&a", n) }},
		"pipe":          {8000, func(n int) string { return "a" + strings.Repeat("|a", n) }},
		"if":            {1 << 20, func(n int) string { return strings.Repeat("if ", n) }},
		"list":          {1 << 17, func(n int) string { return strings.Repeat("cd a;", n) }},
		"words":         {1 << 19, func(n int) string { return strings.Repeat("a ", n) }},
		"evals":         {1 << 16, func(n int) string { return strings.Repeat("eval ", n) }},
		"envs":          {1 << 18, func(n int) string { return strings.Repeat("env ", n) }},
		"splits":        {1 << 17, func(n int) string { return strings.Repeat("env -S ", n) }},
		"variables":     {1 << 17, func(n int) string { return numbered("A%d=1;", n) }},
		"exports":       {1 << 16, func(n int) string { return numbered("A%d=1;export A%[1]d;", n) }},
		"heredocs":      {1 << 17, func(n int) string { return strings.Repeat("<<A ", n) + "\n" + strings.Repeat("A\n", n) }},
		"quotes":        {1 << 20, func(n int) string { return strings.Repeat("'a'", n) }},
		"cases":         {1 << 17, func(n int) string { return "case a in " + strings.Repeat("a) b;; ", n) + "esac" }},
		"subshells":     {4000, func(n int) string { return strings.Repeat("A=1;", n/8) + strings.Repeat("(B=1);", n) }},
	} {
		t.Run(name, func(t *testing.T) {
			growthtest.Linear(t, large.n, func(n int) {
				s := large.text(n)
				script := shell.Parse(text(s), "sh")
				t.Logf("%d bytes: %d commands %s", len(s), len(script.Commands), script.Reason)
			})
		})
	}
	t.Run("continuations", func(t *testing.T) {
		line := "aa bb cc \\\n"
		growthtest.Linear(t, 1<<17, func(n int) {
			f := source.NewFile("f", []byte(strings.Repeat(line, n)))
			var b source.Builder
			for i := range n {
				b.Add(line[:len(line)-2], i*len(line))
			}
			script := shell.Parse(b.Text(), "sh")
			if len(script.Commands) != 1 {
				t.Fatalf("%d commands", len(script.Commands))
			}
			words := script.Commands[0].Words
			if got := f.Text(words[len(words)-1].Span); got != "cc" {
				t.Errorf("the last word is %q", got)
			}
		})
	})
}
