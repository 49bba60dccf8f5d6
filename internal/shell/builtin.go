package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// run does what the command does to the shell that runs it, and reads the texts it has other shells run.
// declared are the arguments of export and its like, where the parser has read them.
func (r *reader) run(s *simple, declared []*syntax.Assign) {
	switch {
	case len(s.Words) == 0 && len(s.Wrappers) == 0:
		for _, a := range s.Assigns {
			r.assign(opAssign, a, s.ctx)
		}
	case s.line.inShell():
		r.builtin(s, declared)
	}
	r.nested(s)
	r.stdin(s)
}

// inShell reports whether the program is run by the shell itself when it is a builtin: no wrapper but the shell's own
// stands before it.
func (u *unwrapped) inShell() bool {
	for _, w := range u.words[:u.program] {
		if w.Value != "command" && w.Value != "builtin" && w.Value != "-p" && w.Value != "--" {
			return false
		}
	}
	return true
}

func (r *reader) builtin(s *simple, declared []*syntax.Assign) {
	args, scope := s.args(), s.ctx.scope
	switch s.Name {
	case "export", "declare", "typeset", "local", "readonly":
		r.declare(s, declared)
	case "unset":
		flags, names := options(args)
		if strings.Contains(flags, "f") {
			return
		}
		for _, w := range names {
			if w.Literal && isName(w.Value) {
				r.assign(opUnset, Assign{Name: w.Value, Value: unknown("", s.Span), Span: w.Span}, s.ctx)
			}
		}
	case "set":
		for i, w := range args {
			if !w.Literal || w.Value == "--" || w.Value == "" || w.Value[0] != '-' && w.Value[0] != '+' {
				continue
			}
			on := w.Value[0] == '-'
			if strings.Contains(w.Value[1:], "a") && w.Value[1] != '-' ||
				strings.HasSuffix(w.Value, "o") && i+1 < len(args) && args[i+1].Value == "allexport" {
				scope.allexport = on
			}
		}
	case "cd", "chdir":
		if _, dirs := options(args); len(dirs) > 0 {
			scope.enter(dirs[0].Word)
		} else {
			scope.move(place{unknown: true}) // home
		}
	case "pushd":
		if _, dirs := options(args); len(dirs) > 0 && !strings.HasPrefix(dirs[0].Value, "+") {
			scope.push(dirs[0].Word)
		} else {
			scope.move(place{unknown: true})
		}
	case "popd":
		scope.pop()
	case "read", "mapfile", "readarray", "getopts", "printf":
		for _, w := range written(s.Name, args) {
			if w.Literal && isName(w.Value) {
				r.assign(opAssign, Assign{Name: w.Value, Value: unknown("", s.Span), Span: w.Span}, s.ctx)
			}
		}
	}
}

// options parts the letters of the options before the operands, none of which has an argument, from the operands.
func options(args []word) (letters string, operands []word) {
	for i, w := range args {
		if !w.Literal || len(w.Value) < 2 || w.Value[0] != '-' {
			return letters, args[i:]
		}
		if w.Value == "--" {
			return letters, args[i+1:]
		}
		letters += w.Value[1:]
	}
	return letters, nil
}

// written are the names of the variables that a builtin sets.
func written(name string, args []word) []word {
	switch name {
	case "printf":
		if len(args) > 1 && args[0].Value == "-v" {
			return args[1:2]
		}
		return nil
	case "getopts":
		if len(args) > 1 {
			return args[1:2]
		}
		return nil
	}
	short := "adinNptu"
	if name != "read" {
		short = "dnOsuCc"
	}
	line := unwrapped{words: args}
	for ; line.program < len(args); line.program++ {
		w := args[line.program]
		if !w.Literal || len(w.Value) < 2 || w.Value[0] != '-' {
			break
		}
		if option, value := line.option(wrapper{short: short}); name == "read" && option == "a" && value != nil {
			return []word{*value}
		}
	}
	return args[min(line.program, len(args)):]
}

// declare does what export, declare and their like do.
func (r *reader) declare(s *simple, declared []*syntax.Assign) {
	op := opAssign
	if s.Name == "export" {
		op = opExport
	}
	flag := func(w Word) {
		if !w.Literal || len(w.Value) < 2 {
			return
		}
		sign, letters := w.Value[0], w.Value[1:]
		switch {
		case sign == '-' && strings.Contains(letters, "x") && s.Name != "export":
			op = opExport
		case sign == '+' && strings.Contains(letters, "x"), sign == '-' && strings.Contains(letters, "n") && s.Name == "export":
			op = opUnexport
		}
		if sign == '-' && strings.ContainsAny(letters, "fF") {
			op = opNone // functions
		}
	}
	apply := func(a Assign, value bool) {
		if op == opNone || op == opAssign && !value {
			return
		}
		if op == opUnexport && value {
			r.assign(opAssign, a, s.ctx)
		}
		r.assign(op, a, s.ctx)
	}
	for i, w := range s.args() {
		var node *syntax.Assign
		if i < len(declared) {
			node = declared[i]
		}
		switch {
		case node != nil && node.Name != nil:
			var f found // what is in it was collected with the word
			apply(r.assignOf(node, s.ctx, &f), !node.Naked)
		case w.Literal && isName(w.Value):
			apply(Assign{Name: w.Value, Span: w.Span}, false)
		default:
			if a, ok := r.assignment(w, s.ctx.backquotes); ok {
				apply(a, true)
			} else {
				flag(w.Word)
			}
		}
	}
}
