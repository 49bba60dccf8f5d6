package lsp

import (
	"context"
	"strings"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// mentioned is the mention at a request's position.
func (s *server) mentioned(snap *snapshot, p *params) *mention {
	if snap == nil {
		return nil
	}
	s.read(snap)
	return snap.at(snap.offset(p.Position))
}

// definition is where a stage gets its name, or a variable its value; of an ARG that takes it from one before the first FROM, that one.
func (s *server) definition(_ context.Context, snap *snapshot, p *params) (any, error) {
	m := s.mentioned(snap, p)
	if m == nil {
		return nil, nil
	}
	var target source.Span
	switch v := m.variable; {
	case m.stage != nil:
		if target = m.stage.Alias.Span; target.Len() == 0 && m.stage.From != nil {
			target = m.stage.From.Keyword.Span
		}
	case m.sets && v.Global != nil:
		target = snap.keyOf(v.Global)
	default:
		target = snap.keyOf(v)
	}
	if target.Len() == 0 {
		return nil, nil
	}
	return location{snap.uri, snap.rangeOf(target)}, nil
}

// keyOf is the name in the ARG or ENV that sets a variable; empty when none in the file does.
func (snap *snapshot) keyOf(v *stage.Variable) source.Span {
	for _, m := range snap.mentions {
		if m.sets && m.variable == v {
			return m.span
		}
	}
	return source.Span{}
}

// same are the mentions of what one is about.
func (snap *snapshot) same(m *mention) []mention {
	var out []mention
	for _, other := range snap.mentions {
		if other.root() == m.root() {
			out = append(out, other)
		}
	}
	return out
}

func (s *server) references(_ context.Context, snap *snapshot, p *params) (any, error) {
	m := s.mentioned(snap, p)
	if m == nil {
		return nil, nil
	}
	out := []location{}
	for _, other := range snap.same(m) {
		if !other.sets || p.Context.IncludeDeclaration {
			out = append(out, location{snap.uri, snap.rangeOf(other.span)})
		}
	}
	return out, nil
}

func (s *server) highlights(_ context.Context, snap *snapshot, p *params) (any, error) {
	m := s.mentioned(snap, p)
	if m == nil {
		return nil, nil
	}
	out := []documentHighlight{}
	for _, other := range snap.same(m) {
		kind := 2
		if other.sets {
			kind = 3
		}
		out = append(out, documentHighlight{snap.rangeOf(other.span), kind})
	}
	return out, nil
}

// change is edits of a document, for the version they were made for where the client knows versions.
func (s *server) change(snap *snapshot, edits []textEdit) *workspaceEdit {
	if s.client.Workspace.WorkspaceEdit.DocumentChanges {
		version := snap.version
		return &workspaceEdit{DocumentChanges: []documentEdit{{versionedDocument{snap.uri, &version}, edits}}}
	}
	return &workspaceEdit{Changes: map[string][]textEdit{snap.uri: edits}}
}

// Kinds of symbols.
const (
	symbolModule   = 2
	symbolProperty = 7
	symbolFunction = 12
	symbolVariable = 13
	symbolConstant = 14
	symbolFile     = 17
)

// symbols are the stages with their instructions, and the ARGs before the first.
func (s *server) symbols(_ context.Context, snap *snapshot, _ *params) (any, error) {
	out := []documentSymbol{}
	if snap == nil {
		return out, nil
	}
	m := s.read(snap)
	for _, step := range m.GlobalSteps {
		out = append(out, snap.symbol(step.Instruction)...)
	}
	for _, st := range m.Stages {
		y := documentSymbol{Name: st.Name(), Kind: symbolModule, Range: snap.rangeOf(st.Span), SelectionRange: snap.rangeOf(source.Span{Start: st.Span.Start, End: st.Span.Start})}
		if st.From != nil {
			y.SelectionRange = snap.rangeOf(st.From.Span)
			y.Detail = "FROM " + st.From.Args[0].Text
		}
		for _, step := range st.Steps {
			if step.Instruction != st.From && !step.Trigger {
				y.Children = append(y.Children, snap.symbol(step.Instruction)...)
			}
		}
		out = append(out, y)
	}
	if !s.client.TextDocument.DocumentSymbol.Hierarchical {
		return snap.flat(out, ""), nil
	}
	return out, nil
}

// flat is a tree of symbols as a list, each with the name of what it is in.
func (snap *snapshot) flat(tree []documentSymbol, in string) []symbolInformation {
	out := []symbolInformation{}
	for _, y := range tree {
		out = append(out, symbolInformation{y.Name, y.Kind, location{snap.uri, y.Range}, in})
		out = append(out, snap.flat(y.Children, y.Name)...)
	}
	return out
}

// symbol is an instruction; an ARG or ENV is one for each of its variables.
func (snap *snapshot) symbol(in *dockerfile.Instruction) []documentSymbol {
	if (in.Name == "ARG" || in.Name == "ENV") && len(in.Pairs) > 0 {
		kind := symbolVariable
		if in.Name == "ENV" {
			kind = symbolConstant
		}
		var out []documentSymbol
		for _, p := range in.Pairs {
			if name := p.Key.Text; name != "" {
				out = append(out, documentSymbol{Name: name, Detail: in.Name, Kind: kind, Range: snap.rangeOf(p.Span), SelectionRange: snap.rangeOf(p.Key.Span)})
			}
		}
		return out
	}
	flags := ""
	for _, f := range in.Flags {
		flags += snap.Text(f.Span) + " "
	}
	kind := symbolProperty
	switch in.Name {
	case "RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK":
		kind = symbolFunction
	case "COPY", "ADD", "WORKDIR", "VOLUME":
		kind = symbolFile
	}
	return []documentSymbol{{Name: in.Name, Detail: brief(flags + in.Body.String), Kind: kind, Range: snap.rangeOf(in.Span), SelectionRange: snap.rangeOf(in.Keyword.Span)}}
}

// brief is a text in one line of at most 60 characters.
func brief(text string) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > 60 {
		return string(runes[:59]) + "…"
	}
	return string(runes)
}

// folding folds stages, instructions of several lines, here-documents, and comments that follow each other.
func (s *server) folding(_ context.Context, snap *snapshot, _ *params) (any, error) {
	out := []foldingRange{}
	if snap == nil {
		return out, nil
	}
	seen := map[foldingRange]bool{}
	fold := func(first, last int, kind string) {
		if r := (foldingRange{first, last, kind}); last > first && !seen[r] {
			seen[r], out = true, append(out, r)
		}
	}
	lines := func(span source.Span) (first, last int) {
		return snap.lineOf(span.Start), snap.lineOf(max(span.Start, span.End-1))
	}
	m := s.read(snap)
	for _, st := range m.Stages {
		first, last := lines(st.Span)
		fold(first, last, "")
	}
	for _, in := range m.File.Instructions {
		first, last := lines(in.Span)
		fold(first, last, "")
		for _, h := range in.Heredocs {
			if h.Body.Len() > 0 {
				start, _ := lines(h.Operator)
				_, end := lines(source.Span{Start: h.Body.Start, End: max(h.Body.End, h.Terminator.End)})
				fold(start, end, "")
			}
		}
	}
	first, last := -1, -1
	for _, c := range m.File.Comments {
		line, _ := lines(c.Span)
		if line != last+1 || first < 0 {
			fold(first, last, "comment")
			first = line
		}
		last = line
	}
	if first >= 0 {
		fold(first, last, "comment")
	}
	return out, nil
}
