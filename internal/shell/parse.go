package shell

import (
	"errors"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/plimline/plimline/internal/source"
)

// Parse reads the text. It does not fail: what cannot be read is Opaque.
// Commands of heredocs that are fed to a shell are among those of the script.
func Parse(text source.Text, dialect Dialect) *Script {
	return newWalker(nil).script(&code{text: text}, dialect)
}

// opaque is a script of which only the place and the reason are known.
func opaque(span source.Span, reason string) *Script {
	return &Script{Span: span, Opaque: true, Reason: reason}
}

// maxWork bounds the steps spent on following the variables of one text. A text with thousands of variables
// is no build step; without a bound, following them would take quadratic time and memory.
const maxWork = 1 << 18

// walker turns syntax trees into scripts.
type walker struct {
	// further takes the scripts of heredocs that are fed to a shell; nil adds their commands to the script around them.
	further *[]*Script
	work    int // what is left of maxWork, over all scripts of one text
}

func newWalker(further *[]*Script) *walker { return &walker{further: further, work: maxWork} }

// script reads the text as a script of its own.
func (w *walker) script(c *code, dialect Dialect) *Script {
	return w.scriptIn(c, dialect, context{scope: w.newScope(), final: true})
}

func (w *walker) scriptIn(c *code, dialect Dialect, ctx context) *Script {
	span := c.span(0, len(c.text.String))
	if !dialect.Readable() {
		return opaque(span, string(dialect)+" is not a shell plimline reads")
	}
	file, reason := parse(c.text.String, dialect)
	if file == nil {
		return opaque(span, reason)
	}
	script := &Script{Span: span}
	r := &reader{walker: w, script: script, code: c}
	r.list(file.Stmts, ctx)
	if w.work < 0 {
		return opaque(span, "too many variables to follow")
	}
	script.sort()
	return script
}

// sort puts commands and variables in reading order. A substitution is walked after its command, and a heredoc
// stands behind the commands that follow on the operator's line.
func (s *Script) sort() {
	commands := func(a, b *Command) int { return a.Span.Start - b.Span.Start }
	if !slices.IsSortedFunc(s.Commands, commands) {
		slices.SortStableFunc(s.Commands, commands)
	}
	vars := func(a, b Var) int { return a.Span.Start - b.Span.Start }
	if !slices.IsSortedFunc(s.Vars, vars) {
		slices.SortStableFunc(s.Vars, vars)
	}
}

// parse returns the syntax tree, or why there is none.
func parse(text string, dialect Dialect) (*syntax.File, string) {
	if len(text) > maxOpens && opens(text) > maxOpens {
		return nil, "too long and too deeply nested to read"
	}
	var reason string
	for _, variant := range variants(dialect) {
		file, err := read(text, variant)
		if err == nil {
			return file, ""
		}
		if reason == "" {
			reason = plain(err)
		}
	}
	return nil, reason
}

// read has mvdan.cc/sh read a text. Of some texts that no shell takes, its parser panics.
func read(text string, variant syntax.LangVariant) (file *syntax.File, err error) {
	defer func() {
		if recover() != nil {
			file, err = nil, errors.New("the parser for shells fails on this")
		}
	}()
	return syntax.NewParser(syntax.Variant(variant)).Parse(strings.NewReader(text), "")
}

// variants are the grammars to try. Bash's takes nearly all that the others do, and the shell that runs a script
// often is not the one its author had in mind, so it comes first.
func variants(d Dialect) []syntax.LangVariant {
	switch d {
	case Zsh:
		return []syntax.LangVariant{syntax.LangBash, syntax.LangZsh}
	case Ksh, Mksh:
		return []syntax.LangVariant{syntax.LangBash, syntax.LangMirBSDKorn}
	default:
		return []syntax.LangVariant{syntax.LangBash, syntax.LangPOSIX, syntax.LangMirBSDKorn}
	}
}

// plain is the message of a parse error without its position, which counts from the start of the text.
func plain(err error) string {
	var syntaxErr syntax.ParseError
	if errors.As(err, &syntaxErr) {
		return syntaxErr.Text
	}
	var lang syntax.LangError
	if errors.As(err, &lang) {
		return "not for this shell: " + lang.Feature
	}
	return err.Error()
}
