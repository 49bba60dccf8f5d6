package lsp

import (
	"context"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/source"
)

// Types of tokens: indexes of tokenTypes.
const (
	tokenKeyword = iota
	tokenComment
	tokenMacro
	tokenVariable
	tokenNamespace
	tokenType
	tokenProperty
	tokenFunction
	tokenOperator
	tokenString
)

// tokenTypes is the legend: instructions, comments, directives, variables, stages, images, flags and labels, programs that are run,
// here-documents, exec form.
func tokenTypes() []string {
	return []string{"keyword", "comment", "macro", "variable", "namespace", "type", "property", "function", "operator", "string"}
}

// token is a piece of a document; set is true where a name is given.
type token struct {
	span source.Span
	kind int
	set  bool
}

func (s *server) tokens(_ context.Context, snap *snapshot, _ *params) (any, error) {
	return s.tokensWithin(snap, nil), nil
}

func (s *server) tokensIn(_ context.Context, snap *snapshot, p *params) (any, error) {
	return s.tokensWithin(snap, &p.Range), nil
}

// tokensWithin encodes the tokens that touch a range: for each its line and start, counted from the one before, its length, type and modifiers.
func (s *server) tokensWithin(snap *snapshot, within *textRange) any {
	data := []int{}
	if snap != nil {
		s.read(snap)
		line, character := 0, 0
		for _, t := range snap.pieces() {
			at := snap.rangeOf(t.span)
			if within != nil && (at.Start.Line < within.Start.Line || at.Start.Line > within.End.Line) {
				continue
			}
			if at.Start.Line != line {
				character = 0
			}
			set := 0
			if t.set {
				set = 1
			}
			data = append(data, at.Start.Line-line, at.Start.Character-character, at.End.Character-at.Start.Character, t.kind, set)
			line, character = at.Start.Line, at.Start.Character
		}
	}
	return map[string][]int{"data": data}
}

// pieces are the tokens cut at line ends and at each other, in order.
func (snap *snapshot) pieces() []token {
	all := snap.allTokens()
	// The shorter of two that share a byte is the one within: it is shown whole, the other in parts.
	slices.SortStableFunc(all, func(a, b token) int { return a.span.Len() - b.span.Len() })
	var out []token
	for _, t := range all {
		for _, part := range snap.uncovered(t, out) {
			at, _ := slices.BinarySearchFunc(out, part, func(a, b token) int { return a.span.Start - b.span.Start })
			out = slices.Insert(out, at, part)
		}
	}
	return out
}

// uncovered are the parts of a token, line by line, that no token placed before has.
func (snap *snapshot) uncovered(t token, placed []token) []token {
	var out []token
	put := func(start, end int) {
		for start < end {
			line := snap.line(snap.lineOf(start))
			stop := min(end, line.End)
			if text := snap.Text(source.Span{Start: start, End: stop}); strings.TrimSpace(text) != "" {
				out = append(out, token{source.Span{Start: start, End: stop}, t.kind, t.set})
			}
			next := snap.lineOf(start) + 1
			if next >= len(snap.starts) {
				return
			}
			start = snap.starts[next]
		}
	}
	at := t.span.Start
	first, _ := slices.BinarySearchFunc(placed, at, func(p token, at int) int { return p.span.End - 1 - at })
	for _, p := range placed[first:] {
		if p.span.Start >= t.span.End {
			break
		}
		put(at, p.span.Start)
		at = max(at, p.span.End)
	}
	put(at, t.span.End)
	return out
}

func (snap *snapshot) allTokens() []token {
	var out []token
	add := func(span source.Span, kind int) {
		if span.Len() > 0 {
			out = append(out, token{span: span, kind: kind})
		}
	}
	m := snap.model
	for _, d := range m.File.Directives {
		add(d.Span, tokenMacro)
	}
	for _, c := range m.File.Comments {
		add(c.Span, tokenComment)
	}
	for _, n := range snap.mentions {
		kind := tokenVariable
		if n.stage != nil {
			kind = tokenNamespace
		}
		out = append(out, token{n.span, kind, n.sets})
	}
	for _, in := range m.File.Instructions {
		instructionTokens(in, add)
	}
	for _, st := range m.Stages {
		for _, step := range st.Steps {
			for _, script := range step.Scripts {
				for _, c := range script.Commands {
					if len(c.Words) > 0 && c.Name != "" {
						add(c.Words[0].Span, tokenFunction)
					}
				}
			}
		}
	}
	return out
}

func instructionTokens(in *dockerfile.Instruction, add func(source.Span, int)) {
	add(in.Keyword.Span, tokenKeyword)
	for _, f := range in.Flags {
		add(f.NameSpan, tokenProperty)
	}
	for _, h := range in.Heredocs {
		add(h.Operator, tokenOperator)
		add(h.Terminator, tokenOperator)
	}
	if in.Name == "LABEL" {
		for _, p := range in.Pairs {
			add(p.Key.Span, tokenProperty)
		}
	}
	if in.Form == dockerfile.FormExec {
		for _, w := range in.Args {
			add(w.Span, tokenString)
		}
	}
	if in.Name == "FROM" {
		for i, w := range in.Args {
			switch i {
			case 0:
				add(w.Span, tokenType)
			case 1:
				add(w.Span, tokenKeyword)
			}
		}
	}
	if in.OnBuild != nil {
		instructionTokens(in.OnBuild, add)
	}
}
