package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/plimline/plimline/internal/source"
)

// nested reads the text of "sh -c", eval and "su -c".
func (r *reader) nested(s *simple) {
	args := s.args()
	switch {
	case s.Name == "eval" && s.line.inShell():
		if c := r.joined(args); c != nil {
			ctx := s.ctx
			ctx.after, ctx.pipe, ctx.pipeLen = "", 0, 1
			r.read(c, "", ctx, false)
		}
	case s.Name == "su" || s.Name == "runuser":
		if line := suArgs(args); line.text != nil {
			r.read(r.textOf(*line.text), line.dialect, line.context(s), false)
		}
	case isShell(s.Name):
		if text, _ := shellArgs(args); text != nil {
			r.read(r.textOf(*text), dialectOfName(s.Name), s.inner(), false)
		}
	}
}

// stdin reads the standard input of a shell, where it is known.
func (r *reader) stdin(s *simple) {
	if s.input == nil {
		return
	}
	switch {
	case s.Name == "su":
		if line := suArgs(s.args()); line.text == nil {
			r.read(s.input, line.dialect, line.context(s), true)
		}
	case isShell(s.Name):
		if _, stdin := shellArgs(s.args()); stdin {
			r.read(s.input, dialectOfName(s.Name), s.inner(), true)
		}
	}
}

// inner is the context of the text that another shell runs.
func (s *simple) inner() context {
	ctx := s.ctx
	ctx.after, ctx.pipe, ctx.pipeLen, ctx.backquotes = "", 0, 1, false
	ctx.scope = ctx.scope.program()
	s.line.changeScope(ctx.scope)
	for _, a := range s.Assigns {
		ctx.scope.apply(effect{opExport, a})
	}
	return ctx
}

// read reads a text within this one. standalone makes a script of its own of it, where the caller takes such.
func (r *reader) read(c *code, dialect Dialect, ctx context, standalone bool) {
	if c == nil || ctx.nested >= maxNested {
		return
	}
	ctx.depth++
	ctx.nested++
	if standalone && r.further != nil {
		at := len(*r.further)
		*r.further = append(*r.further, nil) // before those within it
		(*r.further)[at] = r.scriptIn(c, dialect, ctx)
		return
	}
	file, _ := parse(c.text.String, dialect)
	if file == nil {
		return
	}
	inner := &reader{walker: r.walker, script: r.script, code: c}
	inner.list(file.Stmts, ctx)
}

// passes reports whether the command hands its standard input on to the next in the pipeline unchanged.
func (s *simple) passes() bool {
	if s.input == nil {
		return false
	}
	for _, redir := range s.Redirects {
		if strings.HasPrefix(redir.Op, ">") && (redir.FD == "" || redir.FD == "1") {
			return false
		}
	}
	switch s.Name {
	case "tee":
		return true
	case "cat":
		for _, w := range s.args() {
			if w.Value != "-" {
				return false
			}
		}
		return true
	}
	return false
}

// stdin is what the command hands on.
func (s *simple) stdin() *code { return s.input }

// shellArgs finds the text of -c in the arguments of a shell, or tells whether it reads its standard input.
func shellArgs(args []word) (text *word, stdin bool) {
	command, input := false, false
	i := 0
loop:
	for ; i < len(args); i++ {
		w := args[i]
		if !w.Literal {
			break
		}
		v := w.Value
		switch {
		case v == "-" || v == "--":
			i++
			break loop
		case v == "--rcfile" || v == "--init-file":
			i++
		case strings.HasPrefix(v, "--"):
		case len(v) > 1 && (v[0] == '-' || v[0] == '+'):
			for _, letter := range v[1:] {
				switch letter {
				case 'c':
					command = true
				case 's':
					input = true
				case 'o', 'O':
					i++ // its argument
				}
			}
		default:
			break loop
		}
	}
	switch {
	case command && i < len(args):
		return &args[i], false
	case command:
		return nil, false
	case input || i >= len(args):
		return nil, true
	}
	return nil, args[i].Value == "/dev/stdin" && args[i].Literal
}

// suLine is the arguments of su and runuser.
type suLine struct {
	text    *word
	dialect Dialect
	login   bool
}

func suArgs(args []word) suLine {
	var out suLine
	line := unwrapped{words: args}
	for ; line.program < len(args); line.program++ {
		w := args[line.program]
		if !w.Literal || !strings.HasPrefix(w.Value, "-") {
			continue
		}
		if w.Value == "-" {
			out.login = true
			continue
		}
		for _, letter := range strings.TrimPrefix(w.Value, "--") {
			if letter == 'l' && !strings.HasPrefix(w.Value, "--") {
				out.login = true
			}
		}
		switch option, value := line.option(suOptions()); option {
		case "c", "command", "session-command":
			out.text = value
		case "s", "shell":
			if value != nil && value.Literal {
				out.dialect = dialectOfName(baseName(value.Value))
			}
		case "login":
			out.login = true
		}
	}
	return out
}

func suOptions() wrapper {
	return wrapper{short: "cgGsuwT", long: []string{"command", "session-command", "shell", "user", "group", "supp-group", "whitelist-environment"}}
}

// context is that of the text that su runs. A login shell gets an environment of its own.
func (l suLine) context(s *simple) context {
	ctx := s.inner()
	if l.login {
		ctx.scope.env, ctx.scope.unset = nil, append(ctx.scope.unset, "*")
		ctx.scope.move(place{unknown: true})
	}
	return ctx
}

// textOf is the value of a word as shell text. Where the surrounding shell expands variables in it first, they are
// read as if the inner shell did, and what they are part of is not literal.
func (r *reader) textOf(w word) *code {
	if w.Value == "" {
		return nil
	}
	if w.mapped.String == "" {
		var b source.Builder
		b.Add(w.Value, w.Span.Start)
		return &code{text: b.Text(), whole: w.Span, unmapped: true}
	}
	c := &code{text: w.mapped}
	if w.Literal {
		return c
	}
	if w.node == nil {
		return nil
	}
	quoted := false
	for _, p := range w.node.Parts {
		switch p := p.(type) {
		case *syntax.Lit, *syntax.SglQuoted:
		case *syntax.DblQuoted:
			quoted = true
			for _, inner := range p.Parts {
				if _, ok := inner.(*syntax.Lit); !ok {
					c.expanded = append(c.expanded, r.code.span(offset(inner.Pos()), offset(inner.End())))
				}
			}
		default:
			c.expanded = append(c.expanded, r.code.span(offset(p.Pos()), offset(p.End())))
		}
	}
	if !quoted {
		return nil // nothing but an expansion, or a glob
	}
	r.inherit(c, w.Span)
	return c
}

// inherit adds what is expanded by the shells around this one.
func (r *reader) inherit(c *code, span source.Span) {
	for _, e := range r.code.expanded {
		if e.Overlaps(span) && !slices.Contains(c.expanded, e) {
			c.expanded = append(c.expanded, e)
		}
	}
	slices.SortFunc(c.expanded, source.Span.Compare)
}

// joined is the words as eval joins them; nil when one is not literal.
func (r *reader) joined(args []word) *code {
	if len(args) == 1 {
		return r.textOf(args[0])
	}
	var b source.Builder
	for i, w := range args {
		if !w.Literal || w.mapped.String != w.Value {
			return nil
		}
		if i > 0 {
			b.Add(" ", args[i-1].Span.End)
		}
		b.AddText(w.mapped)
	}
	if b.Len() == 0 {
		return nil
	}
	return &code{text: b.Text()}
}

// heredocCode is the body of a heredoc as the command gets it.
func (r *reader) heredocCode(redir *syntax.Redirect) *code {
	if redir.Hdoc == nil || len(redir.Hdoc.Parts) == 0 {
		return nil
	}
	start, end := wordBounds(redir.Hdoc)
	// The parser counts the line of the delimiter to the body.
	end = start + strings.LastIndexByte(r.code.raw(start, end), '\n') + 1
	c := &code{whole: r.code.whole, unmapped: r.code.unmapped}
	if r.isQuoted(redir.Word) {
		c.text = r.code.slice(start, end)
	} else {
		v := resolver{code: r.code, use: useHeredoc}
		at := start
		for _, p := range redir.Hdoc.Parts {
			v.part(p, at, end)
			at = min(offset(p.End()), end)
			if _, ok := p.(*syntax.Lit); !ok {
				c.expanded = append(c.expanded, r.code.span(offset(p.Pos()), at))
			}
		}
		c.text = v.b.Text()
	}
	r.inherit(c, r.code.span(start, end))
	return c
}
