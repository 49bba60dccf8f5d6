package shell

import (
	"mvdan.cc/sh/v3/syntax"
)

// found is what stands within a piece of syntax besides its words.
type found struct {
	vars []Var
	subs []substitution
	sets []set
}

// substitution is $(...), `...`, <(...) or >(...).
type substitution struct {
	stmts       []*syntax.Stmt
	backquotes  bool
	conditional bool // within ${X:-...}
}

// set is a variable that an expansion assigns: ${X:=...} or $((X++)).
type set struct {
	name       string
	start, end int
}

// find collects what is within the node, in order, without what belongs to the commands of substitutions.
func (r *reader) find(n syntax.Node, quoted, conditional bool, f *found) {
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.DblQuoted:
			for _, p := range n.Parts {
				r.find(p, true, conditional, f)
			}
			return false
		case *syntax.CmdSubst:
			r.sub(n, substitution{n.Stmts, n.Backquotes, conditional}, f)
			return false
		case *syntax.ProcSubst:
			r.sub(n, substitution{n.Stmts, false, conditional}, f)
			return false
		case *syntax.ParamExp:
			r.param(n, quoted, conditional, f)
			return false
		case *syntax.BinaryArithm:
			if lit := literal(n.X); lit != nil && assigns(n.Op) {
				f.sets = append(f.sets, set{lit.Value, offset(n.X.Pos()), offset(n.Y.End())})
			}
		case *syntax.UnaryArithm:
			if lit := literal(n.X); lit != nil && (n.Op == syntax.Inc || n.Op == syntax.Dec) {
				f.sets = append(f.sets, set{lit.Value, offset(n.Pos()), offset(n.End())})
			}
		}
		return true
	})
}

// sub adds a substitution, unless a surrounding shell runs it: then it is among that shell's.
func (r *reader) sub(n syntax.Node, s substitution, f *found) {
	if !r.code.foreign(r.code.span(offset(n.Pos()), offset(n.End()))) {
		f.subs = append(f.subs, s)
	}
}

func (r *reader) param(n *syntax.ParamExp, quoted, conditional bool, f *found) {
	start, end := offset(n.Pos()), offset(n.End())
	if n.Param != nil && n.Param.Value != "" {
		v := Var{Name: n.Param.Value, Span: r.code.span(start, end), Quoted: quoted}
		if n.Exp != nil {
			switch n.Exp.Op {
			case syntax.AssignUnset, syntax.AssignUnsetOrNull:
				f.sets = append(f.sets, set{v.Name, start, end})
				v.HasDefault = true
			case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
				v.HasDefault = true
			}
			if v.HasDefault && n.Exp.Word != nil {
				v.Default = r.code.raw(wordBounds(n.Exp.Word))
			}
		}
		f.vars = append(f.vars, v)
	}
	if n.NestedParam != nil {
		r.find(n.NestedParam, quoted, conditional, f)
	}
	if n.Index != nil {
		r.find(n.Index, quoted, conditional, f)
	}
	if n.Slice != nil {
		if n.Slice.Offset != nil {
			r.find(n.Slice.Offset, quoted, conditional, f)
		}
		if n.Slice.Length != nil {
			r.find(n.Slice.Length, quoted, conditional, f)
		}
	}
	if n.Repl != nil {
		if n.Repl.Orig != nil {
			r.find(n.Repl.Orig, quoted, conditional, f)
		}
		if n.Repl.With != nil {
			r.find(n.Repl.With, quoted, conditional, f)
		}
	}
	if n.Exp != nil && n.Exp.Word != nil {
		r.find(n.Exp.Word, quoted, true, f)
	}
}

// literal is the name in an arithmetic expression that is nothing but a name.
func literal(x syntax.ArithmExpr) *syntax.Lit {
	if w, ok := x.(*syntax.Word); ok && len(w.Parts) == 1 {
		if lit, ok := w.Parts[0].(*syntax.Lit); ok && isName(lit.Value) {
			return lit
		}
	}
	return nil
}

func assigns(op syntax.BinAritOperator) bool {
	switch op {
	case syntax.Assgn, syntax.AddAssgn, syntax.SubAssgn, syntax.MulAssgn, syntax.QuoAssgn, syntax.RemAssgn,
		syntax.AndAssgn, syntax.OrAssgn, syntax.XorAssgn, syntax.ShlAssgn, syntax.ShrAssgn,
		syntax.AndBoolAssgn, syntax.OrBoolAssgn, syntax.XorBoolAssgn, syntax.PowAssgn:
		return true
	}
	return false
}
