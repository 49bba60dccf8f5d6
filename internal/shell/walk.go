package shell

import (
	"mvdan.cc/sh/v3/syntax"

	"github.com/plimline/plimline/internal/source"
)

// reader walks the syntax tree of one text.
type reader struct {
	*walker
	script *Script
	code   *code
}

// context is what holds at a place of the tree.
type context struct {
	scope *scope

	depth       int
	nested      int  // the texts around this one: "sh -c", eval, heredocs
	conditional bool // the command may not run
	loop        bool
	background  bool
	backquotes  bool
	// final is true where a failure makes the whole script fail, since nothing follows.
	final bool
	// swallowed is true where a failure is no failure of the script: "x || true", "if x".
	swallowed bool

	after         string // the operator behind the command
	pipe, pipeLen int
}

// maxNested bounds how many texts are read within each other: eval eval eval.
const maxNested = 4

// list walks statements that follow each other.
func (r *reader) list(stmts []*syntax.Stmt, ctx context) {
	for i, s := range stmts {
		c := ctx
		last := i == len(stmts)-1
		c.final = ctx.final && last
		c.swallowed = ctx.swallowed && last
		c.pipe, c.pipeLen, c.after = 0, 1, ""
		switch {
		case s.Background || s.Coprocess || s.Disown:
			c.after, c.background = "&", true
			c.scope = c.scope.fork()
		case s.Semicolon.IsValid() || !last:
			c.after = ";"
		}
		r.stmt(s, c)
	}
}

// stmt walks a statement. It returns the simple command when the statement is one.
func (r *reader) stmt(s *syntax.Stmt, ctx context) *simple {
	if s.Negated {
		ctx.swallowed = true
	}
	inner := ctx
	inner.pipe, inner.pipeLen, inner.after = 0, 1, ""
	switch cmd := s.Cmd.(type) {
	case nil, *syntax.CallExpr, *syntax.DeclClause:
		return r.simple(s, ctx, source.Text{}, 0)
	case *syntax.TimeClause:
		return r.time(s, cmd, ctx)
	case *syntax.BinaryCmd:
		r.binary(cmd, ctx)
		return nil // its redirections are those of its operands
	case *syntax.Subshell:
		inner.depth++
		inner.scope = ctx.scope.fork()
		r.list(cmd.Stmts, inner)
	case *syntax.Block:
		r.list(cmd.Stmts, inner)
	case *syntax.IfClause:
		r.ifClause(cmd, inner)
	case *syntax.WhileClause:
		inner.loop = true
		cond := inner
		cond.final, cond.swallowed = false, true
		r.list(cmd.Cond, cond)
		inner.final = false
		r.branch(inner, inner.scope, cmd.Do)
	case *syntax.ForClause:
		r.forClause(cmd, inner)
	case *syntax.CaseClause:
		r.expand(cmd.Word, inner)
		base := ctx.scope.fork() // every branch begins with what holds here
		for _, item := range cmd.Items {
			for _, p := range item.Patterns {
				r.expand(p, inner)
			}
			r.branch(inner, base, item.Stmts)
		}
	case *syntax.FuncDecl:
		if cmd.Body != nil {
			inner.final = false
			r.branch(inner, ctx.scope, []*syntax.Stmt{cmd.Body})
		}
	case *syntax.CoprocClause:
		inner.background = true
		inner.scope = ctx.scope.fork()
		if cmd.Stmt != nil {
			r.list([]*syntax.Stmt{cmd.Stmt}, inner)
		}
	default: // [[ ]], (( )), let
		r.expand(cmd, inner)
	}
	for _, redir := range s.Redirs {
		r.redirect(redir, ctx)
	}
	return nil
}

func (r *reader) time(s *syntax.Stmt, cmd *syntax.TimeClause, ctx context) *simple {
	if cmd.Stmt == nil {
		return nil
	}
	if _, ok := cmd.Stmt.Cmd.(*syntax.CallExpr); ok && len(s.Redirs) == 0 && !cmd.Stmt.Negated {
		at := offset(cmd.Time)
		return r.simple(cmd.Stmt, ctx, r.code.slice(at, at+len("time")), at)
	}
	r.stmt(cmd.Stmt, ctx)
	for _, redir := range s.Redirs {
		r.redirect(redir, ctx)
	}
	return nil
}

func (r *reader) binary(b *syntax.BinaryCmd, ctx context) {
	left, right := ctx, ctx
	switch b.Op {
	case syntax.AndStmt:
		left.after = "&&"
		r.stmt(b.X, left)
		// A RUN whose left operand fails fails as a whole, unless the failure is swallowed. What follows on a later line
		// of the list swallows it too, but authors mean that only where the operand is a test.
		if ctx.swallowed || !ctx.final && isTest(b.X) {
			r.maybe(right, ctx.scope, func(c context) { r.stmt(b.Y, c) })
		} else {
			r.stmt(b.Y, right)
		}
	case syntax.OrStmt:
		left.after = "||"
		switch {
		case exits(b.Y, true):
			left.final, left.swallowed = true, false
		case !fails(b.Y):
			left.final, left.swallowed = false, true
		}
		r.stmt(b.X, left)
		r.maybe(right, ctx.scope, func(c context) { r.stmt(b.Y, c) })
	default:
		r.pipeline(b, ctx)
	}
}

// pipeline walks "a | b | c". Each element runs in a shell of its own.
func (r *reader) pipeline(b *syntax.BinaryCmd, ctx context) {
	elements := flatten(nil, b)
	var before *simple
	for i, s := range elements {
		c := ctx
		c.scope = ctx.scope.fork()
		c.pipe, c.pipeLen = i, len(elements)
		if i < len(elements)-1 {
			c.after, c.final, c.swallowed = "|", false, false
		}
		cmd := r.stmt(s, c)
		if cmd != nil && before != nil && before.passes() && len(cmd.heredocs) == 0 {
			cmd.input = before.stdin()
			r.stdin(cmd)
		}
		before = cmd
	}
}

// flatten appends the elements of a pipeline, however its operators nest.
func flatten(list []*syntax.Stmt, b *syntax.BinaryCmd) []*syntax.Stmt {
	for _, s := range []*syntax.Stmt{b.X, b.Y} {
		if inner, ok := s.Cmd.(*syntax.BinaryCmd); ok && len(s.Redirs) == 0 && !s.Negated && isPipe(inner.Op) {
			list = flatten(list, inner)
		} else {
			list = append(list, s)
		}
	}
	return list
}

func isPipe(op syntax.BinCmdOperator) bool { return op == syntax.Pipe || op == syntax.PipeAll }

func (r *reader) ifClause(c *syntax.IfClause, ctx context) {
	cond := ctx
	cond.final, cond.swallowed = false, true
	r.list(c.Cond, cond)
	base := ctx.scope.fork()
	r.branch(ctx, base, c.Then)
	if c.Else == nil {
		return
	}
	r.maybe(ctx, base, func(ctx context) {
		if len(c.Else.Cond) > 0 {
			r.ifClause(c.Else, ctx)
		} else {
			r.list(c.Else.Then, ctx)
		}
	})
}

func (r *reader) forClause(c *syntax.ForClause, ctx context) {
	switch loop := c.Loop.(type) {
	case *syntax.WordIter:
		for _, w := range loop.Items {
			r.expand(w, ctx)
		}
		if loop.Name != nil {
			start, end := offset(loop.Pos()), offset(loop.End())
			r.assign(opAssign, Assign{
				Name:  loop.Name.Value,
				Value: unknown(r.code.raw(start, end), r.code.span(start, end)),
				Span:  r.code.span(start, end),
			}, ctx)
		}
	case *syntax.CStyleLoop:
		for _, x := range []syntax.ArithmExpr{loop.Init, loop.Cond, loop.Post} {
			if x != nil {
				r.expand(x, ctx)
			}
		}
	}
	ctx.loop, ctx.final = true, false
	r.branch(ctx, ctx.scope, c.Do)
}

// branch walks statements that may not run, forked from base.
func (r *reader) branch(ctx context, base *scope, stmts []*syntax.Stmt) {
	r.maybe(ctx, base, func(c context) { r.list(stmts, c) })
}

// maybe walks what may not run, forked from base; ctx.scope takes over what it did.
func (r *reader) maybe(ctx context, base *scope, walk func(context)) {
	c := ctx
	c.conditional = true
	c.scope = base.fork()
	walk(c)
	ctx.scope.join(c.scope)
}

// expand walks what is expanded outside of simple commands.
func (r *reader) expand(n syntax.Node, ctx context) {
	var f found
	r.find(n, false, false, &f)
	r.settle(f, ctx)
}

// redirect is expand for the redirections of compound commands.
func (r *reader) redirect(redir *syntax.Redirect, ctx context) {
	r.expand(redir.Word, ctx)
	r.heredoc(redir, ctx)
}

// heredoc walks the body of a heredoc that the shell expands.
func (r *reader) heredoc(redir *syntax.Redirect, ctx context) {
	if redir.Hdoc == nil || r.isQuoted(redir.Word) {
		return
	}
	var f found
	r.find(redir.Hdoc, true, false, &f)
	r.settle(f, ctx)
}

// settle adds what was found: its variables to the script, its substitutions' commands, its assignments to the scope.
func (r *reader) settle(f found, ctx context) {
	r.addVars(f.vars)
	for _, s := range f.subs {
		c := context{
			scope: ctx.scope.fork(), depth: ctx.depth + 1, nested: ctx.nested, loop: ctx.loop, background: ctx.background,
			conditional: ctx.conditional || s.conditional, backquotes: ctx.backquotes || s.backquotes,
		}
		r.list(s.stmts, c)
	}
	for _, s := range f.sets {
		span := r.code.span(s.start, s.end)
		a := Assign{Name: s.name, Value: unknown(r.code.raw(s.start, s.end), span), Span: span, Conditional: true}
		r.assign(opAssign, a, ctx)
	}
}

// addVars adds to the script's variables those that are not a surrounding shell's.
func (r *reader) addVars(vars []Var) {
	for _, v := range vars {
		if !r.code.foreign(v.Span) {
			r.script.Vars = append(r.script.Vars, v)
		}
	}
}

func (r *reader) assign(op operation, a Assign, ctx context) { ctx.scope.apply(effect{op, a}) }

// isTest reports whether the statement asks a question whose answer may be no.
func isTest(s *syntax.Stmt) bool {
	if s.Negated {
		return true
	}
	switch cmd := s.Cmd.(type) {
	case *syntax.CallExpr:
		if len(cmd.Args) == 0 {
			return false
		}
		switch cmd.Args[0].Lit() {
		case "[", "test", "grep", "egrep", "fgrep", "which", "type", "hash", "cmp":
			return true
		case "command":
			return len(cmd.Args) > 1 && (cmd.Args[1].Lit() == "-v" || cmd.Args[1].Lit() == "-V")
		}
	case *syntax.TestClause, *syntax.ArithmCmd:
		return true
	case *syntax.BinaryCmd:
		return isTest(cmd.Y) || !isPipe(cmd.Op) && isTest(cmd.X)
	case *syntax.Block:
		return len(cmd.Stmts) > 0 && isTest(cmd.Stmts[len(cmd.Stmts)-1])
	case *syntax.Subshell:
		return len(cmd.Stmts) > 0 && isTest(cmd.Stmts[len(cmd.Stmts)-1])
	}
	return false
}

// exits reports whether the statement ends the script with a failure: "exit 1", "{ echo no; exit 1; }".
// direct is true right behind "||", where the status that a bare exit takes over is that of a failure.
func exits(s *syntax.Stmt, direct bool) bool {
	if s.Negated || s.Background {
		return false
	}
	switch cmd := s.Cmd.(type) {
	case *syntax.CallExpr:
		if len(cmd.Args) == 0 {
			return false
		}
		switch cmd.Args[0].Lit() {
		case "exit", "return":
			if len(cmd.Args) == 1 {
				return direct
			}
			return cmd.Args[1].Lit() != "" && cmd.Args[1].Lit() != "0"
		}
	case *syntax.BinaryCmd:
		return cmd.Op == syntax.AndStmt && exits(cmd.Y, false)
	case *syntax.Block:
		return len(cmd.Stmts) > 0 && exits(cmd.Stmts[len(cmd.Stmts)-1], direct && len(cmd.Stmts) == 1)
	}
	return false
}

// fails reports whether the statement never succeeds: what exits, "false", "(echo no; exit 1)".
func fails(s *syntax.Stmt) bool {
	if s.Negated || s.Background {
		return false
	}
	switch cmd := s.Cmd.(type) {
	case *syntax.CallExpr:
		return len(cmd.Args) > 0 && cmd.Args[0].Lit() == "false" || exits(s, false)
	case *syntax.BinaryCmd:
		switch cmd.Op {
		case syntax.AndStmt:
			return fails(cmd.X) || fails(cmd.Y)
		case syntax.OrStmt:
			return fails(cmd.X) && fails(cmd.Y)
		}
	case *syntax.Block:
		return len(cmd.Stmts) > 0 && fails(cmd.Stmts[len(cmd.Stmts)-1])
	case *syntax.Subshell:
		return len(cmd.Stmts) > 0 && fails(cmd.Stmts[len(cmd.Stmts)-1])
	}
	return false
}
