package dockerfile

import (
	"strings"
	"testing"

	"github.com/plimline/plimline/internal/growthtest"
	"github.com/plimline/plimline/internal/source"
)

// largeSize keeps the test short; with ten times of it, all still take seconds.
const largeSize = 1 << 20

// repeat is first, then part until the text has about size bytes.
func repeat(first, part string) func(size int) string {
	return func(size int) string { return first + strings.Repeat(part, size/len(part)) }
}

// large are inputs that take an unwary reader quadratic time, or all of the stack.
var large = []struct {
	name string
	text func(size int) string
}{
	{"one line", repeat("FROM a\nRUN ", "x")},
	{"one line of words", repeat("FROM a\nENV ", "a=b ")},
	{"one line of openers", repeat("FROM a\nRUN ", "{{")},
	{"lines of openers", repeat("FROM a\n", "{{\n")},
	{"continued words", repeat("FROM a\nENV a=b", " \\\n c=d")},
	{"continued keyword", repeat("FROM a\nA", "\\\nA")},
	{"continued flags", repeat("FROM a\nCOPY ", "--x=y \\\n")},
	{"continued JSON", func(size int) string { return repeat("FROM a\nCMD [\"a\"", ", \\\n\"\\u00e9\"")(size) + "]\n" }},
	{"instructions", repeat("FROM a\n", "RUN b c\n")},
	{"unknown instructions", repeat("FROM a\n", "FOO bar\n")},
	{"broken instructions", repeat("FROM a\n", "ENV a\nRUN b\n")},
	{"refused instructions", repeat("FROM a\n", "COPY --form=a b c\n")},
	{"heredocs", repeat("FROM a\n", "RUN <<E\nx\nE\n")},
	{"many heredocs of one instruction", func(size int) string {
		return "FROM a\nRUN" + strings.Repeat(" \\\n <<E", size/10) + "\n" + strings.Repeat("E\n", size/10)
	}},
	{"open heredocs", repeat("FROM a\n", "RUN <<E\n")},
	{"ONBUILDs", repeat("FROM a\n", "ONBUILD \\\n")},
	{"variables within variables", repeat("FROM a\nRUN <<E ", "${a:-\\\n")},
	{"comments", repeat("FROM a\n", "# x\n")},
	{"comments within", repeat("FROM a\nRUN x \\\n", "# x\n")},
	{"blank lines", repeat("FROM a\nRUN x \\\n", "\n")},
	{"carriage returns", repeat("FROM a\n", "\r")},
	{"variables of an image", repeat("FROM ", "${A:-\\\n")},
	{"names of one instruction", repeat("FROM a\nRUN <<E ", "<<${a:-b\\ c} \\\n")},
	{"mount fields", repeat("FROM a\nRUN --mount=type=cache", ",\\\na=b")},
}

func TestLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	for _, x := range large {
		t.Run(x.name, func(t *testing.T) {
			growthtest.Linear(t, largeSize, func(size int) {
				f := Parse(source.NewFile("Dockerfile", []byte(x.text(size))))
				for _, in := range f.Instructions {
					for _, w := range in.Args {
						_, _ = Expand(w.Text, f.Escape, noVariables{}.Get)
						Refs(w, f.Escape)
					}
				}
			})
		})
	}
}
