package dockerfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// Expansion is a word with its variables expanded.
type Expansion struct {
	Text    string   // quotes taken off; variables without a value as written
	Used    []string // names that have a value, sorted
	Missing []string // names that have none and no default, sorted
	Default []string // names that have none, so that the default in the word counts (or for ${X:+word} nothing), sorted
}

// maxNesting is how deep ${} may stand within ${}. BuildKit's lexer knows no end and would use up the stack.
const maxNesting = 500

// checkNesting keeps texts from BuildKit's lexer that it would take very long for, as it copies what is within
// ${} once for each ${} around it.
func checkNesting(text string) error {
	depth, deepest := 0, 0
	for i := 0; i+1 < len(text); i++ {
		if text[i] == '$' && text[i+1] == '{' {
			depth++
			deepest = max(deepest, depth)
		} else if text[i] == '}' && depth > 0 {
			depth--
		}
	}
	if count := strings.Count(text, "${"); deepest > maxNesting || count > maxNesting && count > 1<<30/len(text) {
		return errors.New("too many variables within variables")
	}
	return nil
}

// Expand expands the variables of a word as Docker does. lookup gives a variable's value, if it has one.
// A variable without one stays in the text as it is written, where Docker would put nothing or stop.
func Expand(text string, escape byte, lookup func(name string) (string, bool)) (Expansion, error) {
	text = printable(text)
	if !strings.ContainsAny(text, "$'\"") && strings.IndexByte(text, escape) < 0 {
		return Expansion{Text: text}, nil
	}
	if err := checkNesting(text); err != nil {
		return Expansion{}, err
	}
	x := &expander{lookup: lookup, written: map[string]string{}}
	refs, _ := scanRefs(text, escape) // where the scan fails, the lexer fails too, and says why
	x.live(text, refs)
	// BuildKit's lexer cannot leave a variable as it is and still apply defaults, so each reference that is to
	// stay becomes one to a number, whose value is what was written.
	lex := shell.NewLex(rune(escape))
	result, _, err := lex.ProcessWord(x.replaced(text), x)
	if err != nil {
		return Expansion{}, err
	}
	return Expansion{Text: result, Used: sorted(x.used), Missing: sorted(x.missing), Default: sorted(x.defaults)}, nil
}

// printable takes out what BuildKit's lexer complains about on standard error.
func printable(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	return strings.ReplaceAll(text, "\x00", "\uFFFD")
}

func sorted(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// expander decides what becomes of each reference, and is the lexer's environment.
type expander struct {
	lookup   func(string) (string, bool)
	kept     []ref             // references that stay as written, in order
	written  map[string]string // by the number that stands for it
	used     []string
	missing  []string
	defaults []string
}

// live goes through references whose values count.
func (x *expander) live(text string, refs []ref) {
	for _, r := range refs {
		value, set := x.lookup(r.name)
		kept, used, missing := len(x.kept), len(x.used), len(x.missing)
		if set {
			x.used = append(x.used, r.name)
		}
		filled := set && !(r.colon && value == "")
		if !set && (r.operator == '-' || r.operator == '+') {
			x.defaults = append(x.defaults, r.name)
		}
		switch r.operator {
		case '-':
			if !filled {
				x.live(text, r.inner)
			}
		case '+':
			if filled {
				x.live(text, r.inner)
			}
		case 0, '?':
			if !set {
				x.keep(r, r.name)
			}
		default: // a pattern: an unknown part of it makes the whole unknown
			if !set {
				x.keep(r, r.name)
				continue
			}
			x.live(text, r.inner)
			if len(x.missing) > missing {
				x.kept, x.used = x.kept[:kept], x.used[:used]
				x.keep(r)
			}
		}
	}
}

func (x *expander) keep(r ref, missing ...string) {
	x.kept = append(x.kept, r)
	x.missing = append(x.missing, missing...)
}

// replaced is the text with the references that stay made into numbers.
func (x *expander) replaced(text string) string {
	if len(x.kept) == 0 {
		return text
	}
	var b strings.Builder
	pos := 0
	for i, r := range x.kept {
		number := fmt.Sprintf("%012d", i)
		x.written[number] = text[r.start:r.end]
		b.WriteString(text[pos:r.start] + "${" + number + "}")
		pos = r.end
	}
	b.WriteString(text[pos:])
	return b.String()
}

// Get is part of shell.EnvGetter.
func (x *expander) Get(name string) (string, bool) {
	if written, ok := x.written[name]; ok {
		return written, true
	}
	return x.lookup(name)
}

// Keys is part of shell.EnvGetter.
func (x *expander) Keys() []string { return nil }
