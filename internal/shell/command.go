package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/plimline/plimline/internal/source"
)

// simple is a simple command that was read, with what its neighbours in a pipeline need of it.
type simple struct {
	*Command
	line     unwrapped
	ctx      context
	heredocs []*syntax.Redirect
	input    *code // the text on its standard input, when known
}

// args are the words behind the program.
func (s *simple) args() []word {
	if s.line.program >= len(s.line.words) {
		return nil
	}
	return s.line.words[s.line.program+1:]
}

// simple reads a simple command. time is the keyword before it and at its place in the text, if there is one.
func (r *reader) simple(s *syntax.Stmt, ctx context, time source.Text, at int) *simple {
	cmd := &Command{}
	var f found
	var words []word
	start, end := -1, -1
	cover := func(from, to int) {
		if start < 0 || from < start {
			start = from
		}
		end = max(end, to)
	}
	if time.String != "" {
		cover(at, at+len(time.String))
		cmd.Wrappers = append(cmd.Wrappers, Word{
			Raw: time.String, Value: time.String, Span: r.code.span(at, at+len(time.String)), Literal: true, Text: time,
		})
	}
	var declared []*syntax.Assign
	switch call := s.Cmd.(type) {
	case *syntax.CallExpr:
		for _, a := range call.Assigns {
			cover(offset(a.Pos()), r.assignEnd(a))
			cmd.Assigns = append(cmd.Assigns, r.assignOf(a, ctx, &f))
		}
		words = make([]word, 0, len(call.Args))
		for _, w := range call.Args {
			cover(wordBounds(w))
			words = append(words, r.word(w, useArgument, ctx, &f))
		}
	case *syntax.DeclClause:
		declared = call.Args
		cover(offset(call.Variant.Pos()), offset(call.Variant.End()))
		words = append(words, r.resolve([]syntax.WordPart{call.Variant}, offset(call.Variant.Pos()), offset(call.Variant.End()), useArgument, ctx.backquotes))
		for _, a := range call.Args {
			cover(offset(a.Pos()), r.assignEnd(a))
			words = append(words, r.declaredWord(a, ctx, &f))
		}
	}
	out := &simple{Command: cmd, ctx: ctx}
	for _, redir := range s.Redirs {
		_, to := wordBounds(redir.Word)
		cover(offset(redir.Pos()), to)
		target := r.word(redir.Word, useArgument, ctx, &f)
		red := Redirect{Op: redir.Op.String(), Target: target.Word, Span: r.code.span(offset(redir.Pos()), to)}
		if redir.N != nil {
			red.FD = redir.N.Value
		}
		cmd.Redirects = append(cmd.Redirects, red)
		switch {
		case redir.Op == syntax.Hdoc || redir.Op == syntax.DashHdoc:
			out.heredocs = append(out.heredocs, redir)
			if red.FD == "" || red.FD == "0" {
				out.input = r.heredocCode(redir)
			}
		case redir.Op == syntax.WordHdoc:
			out.input = r.textOf(target)
		case redir.Op == syntax.RdrIn || redir.Op == syntax.DplIn:
			if red.FD == "" || red.FD == "0" {
				out.input = nil
			}
		}
	}
	cmd.Span = r.code.span(start, end)
	r.command(out, words)
	r.settle(f, ctx)
	for _, redir := range out.heredocs {
		r.heredoc(redir, ctx)
	}
	r.run(out, declared)
	return out
}

// command fills the fields of the command that its words and its place tell, and adds it to the script.
func (r *reader) command(s *simple, words []word) {
	cmd, ctx := s.Command, s.ctx
	s.line = r.unwrap(words, ctx.backquotes)
	cmd.Name = s.line.name()
	cmd.Words = make([]Word, 0, len(s.line.words)-s.line.program)
	for i, w := range s.line.words {
		if i < s.line.program {
			cmd.Wrappers = append(cmd.Wrappers, w.Word)
		} else {
			cmd.Words = append(cmd.Words, w.Word)
		}
	}
	cmd.Assigns = append(cmd.Assigns, s.line.assigns...)
	cmd.Conditional, cmd.Loop, cmd.Background = ctx.conditional, ctx.loop, ctx.background
	cmd.Depth, cmd.After, cmd.Pipe, cmd.PipeLen = ctx.depth, ctx.after, ctx.pipe, ctx.pipeLen

	scope := ctx.scope
	if s.line.changes() {
		scope = scope.fork()
		s.line.changeScope(scope)
	}
	cmd.Env, cmd.Vars, cmd.Unset, cmd.Dirs, cmd.DirUnknown = scope.seen()
	r.script.Commands = append(r.script.Commands, cmd)
}

// changes reports whether the wrappers change the environment of the program, its assignments apart.
func (u *unwrapped) changes() bool { return u.clear || len(u.unset) > 0 || len(u.dirs) > 0 }

// changeScope does to the scope what the wrappers do to the environment of the program, its assignments apart.
func (u *unwrapped) changeScope(s *scope) {
	if u.clear {
		s.env, s.unset = nil, append(s.unset, "*")
	}
	for _, name := range u.unset {
		s.apply(effect{opUnset, Assign{Name: name}})
	}
	for _, dir := range u.dirs {
		s.enter(dir.Word)
	}
}

// word reads a word and collects what is in it.
func (r *reader) word(w *syntax.Word, how use, ctx context, f *found) word {
	start, end := r.bounds(w)
	out := r.resolve(w.Parts, start, end, how, ctx.backquotes)
	out.node = w
	n := len(f.vars)
	r.find(w, false, false, f)
	if len(f.vars) > n {
		out.Vars = f.vars[n:len(f.vars):len(f.vars)]
	}
	return out
}

// bounds are the offsets of a word without what the parser counts to it besides: escaped newlines at its end, and the
// backslash of the backquote behind it where backquotes nest.
func (r *reader) bounds(w *syntax.Word) (start, end int) {
	start, end = wordBounds(w)
	if lit, ok := w.Parts[len(w.Parts)-1].(*syntax.Lit); ok {
		end = max(start, r.trim(offset(lit.Pos()), end))
		if s := r.code.raw(start, end+1); strings.HasSuffix(s, "\\`") {
			end--
		}
	}
	return start, end
}

// trim takes escaped newlines off the end of a literal: the parser counts them to it.
func (r *reader) trim(start, end int) int {
	for {
		s := r.code.raw(start, end)
		rest, ok := strings.CutSuffix(s, "\\\n")
		if !ok {
			if rest, ok = strings.CutSuffix(s, "\\\r\n"); !ok {
				return end
			}
		}
		if n := len(rest) - len(strings.TrimRight(rest, `\`)); n%2 != 0 {
			return end // the backslash itself is escaped
		}
		end = start + len(rest)
	}
}

// assignOf reads an assignment.
func (r *reader) assignOf(a *syntax.Assign, ctx context, f *found) Assign {
	start, end := offset(a.Pos()), r.assignEnd(a)
	out := Assign{Span: r.code.span(start, end), Append: a.Append}
	if a.Name != nil {
		out.Name = a.Name.Value
	}
	if a.Naked {
		return out
	}
	if a.Index != nil {
		r.find(a.Index, false, false, f)
	}
	switch {
	case a.Array != nil:
		n := len(f.vars)
		r.find(a.Array, false, false, f)
		from := offset(a.Array.Pos())
		out.Value = unknown(r.code.raw(from, end), r.code.span(from, end))
		out.Value.Vars = f.vars[n:len(f.vars):len(f.vars)]
	case a.Value != nil:
		out.Value = r.word(a.Value, useValue, ctx, f).Word
	default:
		out.Value = r.resolve(nil, end, end, useValue, ctx.backquotes).Word
	}
	if a.Append || a.Index != nil {
		out.Value.Literal, out.Value.Text = false, source.Text{}
	}
	return out
}

func (r *reader) assignEnd(a *syntax.Assign) int {
	if a.Value != nil {
		_, end := r.bounds(a.Value)
		return end
	}
	return offset(a.End())
}

// declaredWord is the word that an argument of export, declare and their like is.
func (r *reader) declaredWord(a *syntax.Assign, ctx context, f *found) word {
	if a.Name == nil {
		return r.word(a.Value, useArgument, ctx, f)
	}
	start, end := offset(a.Pos()), r.assignEnd(a)
	v := resolver{code: r.code, use: useValue, literal: a.Index == nil && a.Array == nil, escaped: ctx.backquotes, tilde: true}
	n := len(f.vars)
	if a.Value == nil {
		r.code.add(&v.b, start, end)
		if a.Index != nil {
			r.find(a.Index, false, false, f)
		}
		if a.Array != nil {
			r.find(a.Array, false, false, f)
		}
	} else {
		at, _ := wordBounds(a.Value)
		r.code.add(&v.b, start, at)
		for _, p := range a.Value.Parts {
			v.part(p, at, end)
			at = offset(p.End())
		}
		if a.Index != nil {
			r.find(a.Index, false, false, f)
		}
		r.find(a.Value, false, false, f)
	}
	out := r.finish(&v, nil, start, end)
	out.Vars = f.vars[n:len(f.vars):len(f.vars)]
	return out
}

// isQuoted reports whether any part of the delimiter of a heredoc is quoted.
func (r *reader) isQuoted(w *syntax.Word) bool {
	return strings.ContainsAny(r.code.raw(wordBounds(w)), `'"\`)
}
