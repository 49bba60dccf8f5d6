package dockerfile

import (
	"errors"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/plimline/plimline/internal/source"
)

// words notes why BuildKit cannot take the quotes off an instruction's words, or put in their variables, whatever their values are. It does so when
// it comes to the instruction, and stops the build.
func (f *File) words(in *Instruction, command any) {
	check := func(lexer func() *shell.Lex, word string) error {
		if !strings.ContainsAny(word, "$'\"") || strings.Contains(word, devContainer) || checkNesting(word) != nil {
			return nil
		}
		if _, _, err := lexer().ProcessWord(printable(word), anything{}); err != nil {
			return &wordError{word, err}
		}
		return nil
	}
	// A lexer takes a kilobyte, and most instructions need none.
	lex := func() *shell.Lex { return shell.NewLex(rune(f.Escape)) }
	each := func(word string) (string, error) { return word, check(lex, word) }
	var err error
	switch c := command.(type) {
	case *instructions.Stage:
		err = errors.Join(check(lex, c.BaseName), check(lex, c.Platform))
	case *instructions.ExposeCommand:
		for _, port := range c.Ports {
			err = errors.Join(err, check(lex, port))
		}
	case instructions.SupportsSingleWordExpansion:
		err = c.Expand(each)
	}
	if c, ok := command.(instructions.SupportsSingleWordExpansionRaw); ok && err == nil {
		raw := func() *shell.Lex {
			lex := shell.NewLex('\\')
			lex.SkipProcessQuotes = true
			return lex
		}
		err = c.ExpandRaw(func(word string) (string, error) { return word, check(raw, word) })
	}
	var bad *wordError
	if errors.As(err, &bad) {
		in.refuse(in.unfinished(bad.word, f.Escape), bad.reason())
	}
}

// devContainer begins what stands for an option in a Dev Container template, and is gone before BuildKit sees the file.
const devContainer = "${templateOption:"

// anything is an environment in which every variable has a value, so that ${X:?} finds one.
type anything struct{}

func (anything) Get(string) (string, bool) { return "x", true }
func (anything) Keys() []string            { return nil }

// wordError is why BuildKit's lexer refuses a word.
type wordError struct {
	word string
	err  error
}

func (e *wordError) Error() string { return e.err.Error() }

// reason is the error in plain words.
func (e *wordError) reason() string {
	message := e.err.Error()
	if i := strings.LastIndex(message, "\": "); strings.HasPrefix(message, "failed to process ") && i >= 0 {
		message = message[i+3:]
	}
	modifier, isModifier := strings.CutPrefix(message, "unsupported modifier (")
	modifier, _, _ = strings.Cut(modifier, ") in substitution")
	switch {
	case strings.HasSuffix(message, "matching double-quote"):
		return `the " that opens here is not closed`
	case strings.HasSuffix(message, "matching single-quote"):
		return "the ' that opens here is not closed"
	case strings.HasSuffix(message, "missing '}'"), isModifier && strings.Contains(modifier, "\uFFFD"):
		return "the ${ that opens here is not closed"
	case isModifier:
		return "BuildKit cannot expand this; behind the name of a variable there may be :- - :+ + :? ? # ## % %% / or //, and not " + modifier
	case strings.HasSuffix(message, "missing '/' in ${}"):
		return "BuildKit cannot expand this; it has no second /"
	case strings.HasSuffix(message, "bad substitution"):
		return "BuildKit cannot expand this; behind ${ there must be the name of a variable"
	}
	return reason(errors.New(message))
}

// unfinished is where, in a word of the instruction, the quote or the variable begins that the lexer does not get to the end of.
func (in *Instruction) unfinished(text string, escape byte) source.Span {
	words := append([]Word{}, in.Args...)
	for _, p := range in.Pairs {
		words = append(words, p.Key, p.Value)
	}
	for _, f := range in.Flags {
		words = append(words, f.Value)
	}
	for _, w := range words {
		if w.Text != text {
			continue
		}
		s := &refScanner{s: text, escape: escape}
		var refs []ref
		if s.until(0, 0, &refs) == nil || w.Map.String != text || s.bad >= len(text) {
			return w.Span
		}
		return w.Map.Span(s.bad, len(text))
	}
	for _, h := range in.Heredocs {
		if h.Content.String == text && h.Body.Len() > 0 {
			return h.Body
		}
	}
	return in.Span
}
