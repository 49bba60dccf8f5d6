package lsp

import (
	"context"
	"slices"
	"strconv"
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

// tokenResult is what a client has of a document's tokens.
type tokenResult struct {
	ID   string `json:"resultId,omitempty"`
	Data []int  `json:"data"`
}

// tokenEdit replaces numbers of a result.
type tokenEdit struct {
	Start       int   `json:"start"`
	DeleteCount int   `json:"deleteCount"`
	Data        []int `json:"data"`
}

func (s *server) tokens(_ context.Context, snap *snapshot, _ *params) (any, error) {
	if snap == nil {
		return tokenResult{Data: []int{}}, nil
	}
	result, _ := s.remember(snap)
	return result, nil
}

// tokensSince is what has changed since the result that the client has.
func (s *server) tokensSince(_ context.Context, snap *snapshot, p *params) (any, error) {
	if snap == nil {
		return tokenResult{Data: []int{}}, nil
	}
	now, before := s.remember(snap)
	if before.ID == "" || before.ID != p.PreviousResultID {
		return now, nil
	}
	was, is := before.Data, now.Data
	start := 0
	for start < min(len(was), len(is)) && was[start] == is[start] {
		start++
	}
	end := 0
	for end < min(len(was), len(is))-start && was[len(was)-1-end] == is[len(is)-1-end] {
		end++
	}
	edits := []tokenEdit{}
	if start+end < max(len(was), len(is)) {
		edits = append(edits, tokenEdit{start, len(was) - start - end, is[start : len(is)-end]})
	}
	return map[string]any{"resultId": now.ID, "edits": edits}, nil
}

// remember works out a snapshot's tokens and keeps them in the place of those before.
func (s *server) remember(snap *snapshot) (now, before tokenResult) {
	now.Data = s.tokensWithin(snap, nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.results++
	now.ID = strconv.Itoa(s.results)
	if d := s.documents[snap.uri]; d != nil {
		before, d.tokens = d.tokens, now
	}
	return now, before
}

func (s *server) tokensIn(_ context.Context, snap *snapshot, p *params) (any, error) {
	if snap == nil {
		return tokenResult{Data: []int{}}, nil
	}
	return tokenResult{Data: s.tokensWithin(snap, &p.Range)}, nil
}

// tokensWithin encodes the tokens that touch a range: for each its line and start, counted from the one before, its length, type and modifiers.
func (s *server) tokensWithin(snap *snapshot, within *textRange) []int {
	s.read(snap)
	data := []int{}
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
	return data
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
