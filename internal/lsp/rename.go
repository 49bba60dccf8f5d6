package lsp

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// renaming is what a name at a position stands for.
type renaming struct {
	at     source.Span   // the name there
	places []source.Span // where else it stands, and there
	free   func(name string) error
}

// renamed finds what to rename at a position. The error says why nothing can be.
func (s *server) renamed(snap *snapshot, p *params) (*renaming, error) {
	m := s.mentioned(snap, p)
	switch {
	case m == nil:
		return nil, errors.New("only stages, ARGs and ENVs can be renamed")
	case m.variable != nil:
		return snap.renamedVariable(m)
	}
	return snap.renamedStage(m)
}

func (snap *snapshot) renamedStage(m *mention) (*renaming, error) {
	if m.stage.Alias.Text == "" {
		return nil, errors.New("this stage has no name; add one with AS")
	}
	r := &renaming{at: m.span, free: func(name string) error { return freeStage(snap.model, m.stage, name) }}
	for _, other := range snap.same(m) {
		text := snap.Text(other.span)
		switch {
		case strings.EqualFold(text, m.stage.Alias.Text):
			r.places = append(r.places, other.span)
		case strings.Contains(text, "$"):
			return nil, fmt.Errorf("%s in line %d names the stage with a variable", text, snap.lineOf(other.span.Start)+1)
		case strings.Trim(text, "0123456789") != "":
			return nil, fmt.Errorf("%s in line %d names the stage in a way that cannot be rewritten", text, snap.lineOf(other.span.Start)+1)
		}
	}
	return r, nil
}

// renamedVariable renames a variable in all the file: an ARG of one name is one to who builds the image, and an ENV one to what runs in it.
// It does not guess: a name that may mean the variable, in a script say, is for people to rename.
func (snap *snapshot) renamedVariable(m *mention) (*renaming, error) {
	name := m.variable.Name
	if given(name) {
		return nil, fmt.Errorf("%s is a name of BuildKit's own", name)
	}
	r := &renaming{free: func(name string) error { return snap.freeVariable(name) }}
	for _, other := range snap.mentions {
		v := other.variable
		if v == nil || v.Name != name {
			continue
		}
		switch v.Kind {
		case stage.VarArg, stage.VarGlobalArg, stage.VarEnv:
		case stage.VarBuildArg:
			return nil, fmt.Errorf("%s has its value from outside of this file, under that name", name)
		default:
			return nil, fmt.Errorf("%s is the base image's too", name)
		}
		place, ok := snap.nameIn(other.span, name)
		if !ok {
			return nil, fmt.Errorf("%s in line %d is written in a way that cannot be rewritten", name, snap.lineOf(other.span.Start)+1)
		}
		if other.span == m.span {
			r.at = place
		}
		r.places = append(r.places, place)
	}
	r.places = slices.Compact(r.places)
	if elsewhere, ok := snap.word(name, r.places); ok {
		return nil, fmt.Errorf("%s in line %d may mean the variable too", name, snap.lineOf(elsewhere)+1)
	}
	return r, nil
}

// given reports whether BuildKit gives an ARG of a name its value, whatever else stands there.
func given(name string) bool { return stage.IsPlatform(name) || slices.Contains(stage.Proxies, name) }

// nameIn is where a name is in a mention: NAME, $NAME, ${NAME, ${#NAME or $env:NAME.
func (snap *snapshot) nameIn(span source.Span, name string) (source.Span, bool) {
	text := snap.Text(span)
	lead := len(text) - len(strings.TrimLeft(text, "${#!"))
	if strings.HasPrefix(strings.ToLower(text[lead:]), "env:") {
		lead += len("env:")
	}
	rest, ok := strings.CutPrefix(text[lead:], name)
	if !ok || rest != "" && nameByte(rest[0]) {
		return source.Span{}, false
	}
	return source.Span{Start: span.Start + lead, End: span.Start + lead + len(name)}, true
}

// nameByte reports whether a byte can be one of a variable's name.
func nameByte(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// word is where a word stands in an instruction, but for some places. A part of a flag, path or name with dashes is none.
func (snap *snapshot) word(name string, but []source.Span) (int, bool) {
	for _, in := range snap.model.File.Instructions {
		text := snap.Text(in.Span)
		for from := 0; ; {
			i := strings.Index(text[from:], name)
			if i < 0 {
				break
			}
			start, end := from+i, from+i+len(name)
			from = end
			at := source.Span{Start: in.Span.Start + start, End: in.Span.Start + end}
			before, behind := start > 0 && (nameByte(text[start-1]) || strings.IndexByte("-/.", text[start-1]) >= 0), end < len(text) && nameByte(text[end])
			if !before && !behind && !slices.Contains(but, at) {
				return at.Start, true
			}
		}
	}
	return 0, false
}

func refuse(err error) error {
	return &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidRequest, Message: err.Error()}
}

func (s *server) prepareRename(_ context.Context, snap *snapshot, p *params) (any, error) {
	r, err := s.renamed(snap, p)
	switch {
	case err != nil:
		return nil, refuse(err)
	case !slices.Contains(r.places, r.at):
		return nil, refuse(errors.New("this names the stage by its number"))
	}
	return renamePlace{snap.rangeOf(r.at), snap.Text(r.at)}, nil
}

func (s *server) rename(_ context.Context, snap *snapshot, p *params) (any, error) {
	r, err := s.renamed(snap, p)
	if err == nil {
		err = r.free(p.NewName)
	}
	if err != nil {
		return nil, refuse(err)
	}
	var edits []textEdit
	for _, place := range r.places {
		edits = append(edits, textEdit{snap.rangeOf(place), p.NewName})
	}
	return s.change(snap, edits), nil
}

// stageName is what BuildKit takes for a stage's name, in any case (instructions/parse.go).
var stageName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`)

// freeStage says why a stage cannot have a name: it is none, or it is taken, be it for an image.
func freeStage(m *stage.Model, renamed *stage.Stage, name string) error {
	switch {
	case !stageName.MatchString(name):
		return fmt.Errorf("%q is not a name for a stage: letters, digits, and any of _.- behind a letter", name)
	case strings.EqualFold(name, "scratch") || strings.EqualFold(name, "context"):
		return fmt.Errorf("%q is a name of BuildKit's own", name)
	}
	for _, st := range m.Stages {
		if st != renamed && strings.EqualFold(st.Alias.Text, name) {
			return fmt.Errorf("another stage is called %q", st.Alias.Text)
		}
		if st.Parent == nil && strings.EqualFold(st.Base.Text, name) {
			return fmt.Errorf("%q is an image in this file", st.Base.Text)
		}
		for _, c := range st.Copies {
			if c.From == nil && strings.EqualFold(c.FromWord.Text, name) {
				return fmt.Errorf("%q is an image in this file", c.FromWord.Text)
			}
		}
	}
	return nil
}

// variableName is what "$" can stand before.
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// freeVariable says why a variable cannot have a name.
func (snap *snapshot) freeVariable(name string) error {
	switch {
	case !variableName.MatchString(name):
		return fmt.Errorf("%q is not a name for a variable: letters, digits and _, no digit first", name)
	case given(name):
		return fmt.Errorf("%q is a name of BuildKit's own", name)
	}
	if at, ok := snap.word(name, nil); ok {
		return fmt.Errorf("%s is in line %d already", name, snap.lineOf(at)+1)
	}
	return nil
}
