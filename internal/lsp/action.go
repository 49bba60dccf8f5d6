package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/sourcegraph/jsonrpc2"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/fix"
	"github.com/plimline/plimline/internal/ignore"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/unit"
)

// codeActions are what can be done about the findings in a range.
func (s *server) codeActions(ctx context.Context, snap *snapshot, p *params) (any, error) {
	out := []codeAction{}
	if snap == nil || !s.await(ctx, snap) || snap.err != nil {
		return out, nil
	}
	if wants(p.Context.Only, kindQuickFix) {
		at := snap.span(p.Range)
		var rules []string
		var ignores []codeAction // behind what mends
		for _, f := range snap.found {
			if f.Span.Start > at.End || at.Start > f.Span.End {
				continue
			}
			mends := mendable(f)
			if mends {
				out = append(out, s.fixOf(snap, f, p.Context.Diagnostics))
			}
			if mends && !slices.Contains(rules, f.Rule) && several(snap, f.Rule) {
				rules = append(rules, f.Rule)
				out = append(out, s.fixAll(snap, fmt.Sprintf("Fix all of %s in this file", f.Rule), kindQuickFix, &fixRequest{Rule: f.Rule, Unsafe: !f.Fix.Safe}))
			}
			ignores = append(ignores, s.ignores(snap, f, p.Context.Diagnostics)...)
		}
		out = append(out, ignores...)
	}
	safe := slices.ContainsFunc(snap.found, func(f finding.Finding) bool { return mendable(f) && f.Fix.Safe })
	if safe && wants(p.Context.Only, kindFixAll) {
		out = append(out, s.fixAll(snap, "Fix all that can be fixed safely", kindFixAll, &fixRequest{}))
	}
	if s.resolves() && wants(p.Context.Only, kindQuickFix) {
		return out, nil // a menu, of which one is chosen; fixing on save wants its edit at once
	}
	for i := range out {
		if out[i].Data == nil {
			continue
		}
		var err error
		if out[i].Edit, err = s.fixes(ctx, snap, out[i].Data); err != nil {
			return nil, err
		}
		out[i].Data = nil
	}
	return slices.DeleteFunc(out, func(a codeAction) bool { return a.Edit == nil }), nil
}

// resolves reports whether the client asks for an action's edit once it is chosen.
func (s *server) resolves() bool {
	c := s.client.TextDocument.CodeAction
	return c.DataSupport && slices.Contains(c.ResolveSupport.Properties, "edit")
}

// wants reports whether a client asks for a kind of actions: "source" asks for "source.fixAll.plimline" too.
func wants(only []string, kind string) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(o string) bool { return o == "" || kind == o || strings.HasPrefix(kind, o+".") })
}

func mendable(f finding.Finding) bool { return f.Fix != nil && len(f.Fix.Edits) > 0 }

// several reports whether more than one finding of a rule can be fixed.
func several(snap *snapshot, rule string) bool {
	n := 0
	for _, f := range snap.found {
		if f.Rule == rule && mendable(f) {
			n++
		}
	}
	return n > 1
}

// fixOf is the action for a finding's own fix.
func (s *server) fixOf(snap *snapshot, f finding.Finding, given []diagnostic) codeAction {
	var edits []textEdit
	for _, e := range finding.Tidy(snap.File, f.Fix.Edits) {
		edits = append(edits, textEdit{snap.rangeOf(e.Span), e.Text})
	}
	title := f.Fix.Title
	if !f.Fix.Safe {
		title += " (unsafe)"
	}
	return codeAction{Title: title, Kind: kindQuickFix, IsPreferred: f.Fix.Safe, Diagnostics: matching(snap, f, given), Edit: s.change(snap, edits)}
}

// matching are the client's diagnostics that stand for a finding.
func matching(snap *snapshot, f finding.Finding, given []diagnostic) []diagnostic {
	var out []diagnostic
	for _, d := range given {
		if bytes.Equal(d.Code, code(f.Rule)) && d.Range == snap.rangeOf(f.Span) && d.Message == f.Text() {
			out = append(out, d)
		}
	}
	return out
}

func (s *server) fixAll(snap *snapshot, title, kind string, r *fixRequest) codeAction {
	r.URI, r.Version = snap.uri, snap.version
	if r.Unsafe {
		title += " (unsafe)"
	}
	return codeAction{Title: title, Kind: kind, Data: r}
}

// resolve works out the edit of an action.
func (s *server) resolve(ctx context.Context, raw json.RawMessage) (any, error) {
	var a codeAction
	if err := json.Unmarshal(raw, &a); err != nil {
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: "the code action does not fit: " + err.Error()}
	}
	if a.Data == nil {
		return a, nil
	}
	snap := s.latest(a.Data.URI)
	if snap == nil || snap.version != a.Data.Version {
		return nil, &jsonrpc2.Error{Code: codeServerCancelled, Message: "the document has changed"}
	}
	var err error
	a.Edit, err = s.fixes(ctx, snap, a.Data)
	return a, err
}

// fixes makes the fixes asked for as plimline fix does, and returns what changes; nil when none of them is to be kept.
func (s *server) fixes(ctx context.Context, snap *snapshot, r *fixRequest) (*workspaceEdit, error) {
	if err := s.settle(snap); err != nil {
		return nil, err
	}
	f := fix.Fixer{Linter: snap.linter, Unsafe: r.Unsafe}
	if r.Rule != "" {
		f.Rules = func(rule string) bool { return rule == r.Rule }
	}
	ctx, cancel := context.WithTimeout(ctx, 4*s.opt.Timeout)
	defer cancel()
	result, failed := unit.Mend(ctx, &f, snap.File, snap.units, s.opt.Sources, snap.set)
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	edits := lineEdits(snap.text, result.Source.Bytes)
	if len(edits) == 0 {
		return nil, nil
	}
	return s.change(snap, edits), nil
}

// lineEdits are the lines that differ between a text and what is to become of it, so that cursors and marks in others stay.
func lineEdits(t *text, after []byte) []textEdit {
	var out []textEdit
	var gone source.Span // the lines taken out since the last common one
	var put []byte
	edit := func(next int) {
		if gone.Len() > 0 || len(put) > 0 {
			out = append(out, textEdit{t.rangeOf(gone), string(put)})
		}
		gone, put = source.Span{Start: next, End: next}, nil
	}
	lines := bytes.SplitAfter(diff.Diff("a", t.Bytes, "b", after), []byte("\n"))
	for i := 3; i < len(lines)-1; i++ { // behind the names of the files
		mark, line := lines[i][0], lines[i][1:]
		if bytes.HasPrefix(lines[i+1], []byte("\\ ")) {
			line = line[:len(line)-1] // the file's last line, which has no end
		}
		switch mark {
		case '@':
			var first, n int
			if _, err := fmt.Sscanf(string(line), "@ -%d,%d", &first, &n); err == nil {
				if n == 0 {
					first++ // nothing is taken out behind that line
				}
				start := len(t.Bytes)
				if first <= t.Lines() {
					start = t.LineSpan(first).Start
				}
				edit(start)
			}
		case '-':
			gone.End += len(line)
		case '+':
			put = append(put, line...)
		case ' ':
			edit(gone.End + len(line))
		}
	}
	edit(0)
	return out
}

// reasonGap stands where the reason of an ignore comment belongs.
const reasonGap = "TODO: say why"

// ignores are the actions that suppress a finding: in its instruction, in its stage and in the file.
func (s *server) ignores(snap *snapshot, f finding.Finding, given []diagnostic) []codeAction {
	if snap.kind != kindDockerfile || f.Rule == notLinted {
		return nil // a comment within a Compose or Bake file is for people to write
	}
	var out []codeAction
	for scope, where := range []string{"here", "in this stage", "in this file"} {
		edit, ok := ignore.Comment(s.read(snap).File, f, ignore.Scope(scope), reasonGap)
		if !ok {
			continue
		}
		out = append(out, codeAction{
			Title: fmt.Sprintf("Ignore %s %s", f.Rule, where), Kind: kindQuickFix, Diagnostics: matching(snap, f, given),
			Edit: s.change(snap, []textEdit{{snap.rangeOf(edit.Span), edit.Text}}),
		})
	}
	return out
}
