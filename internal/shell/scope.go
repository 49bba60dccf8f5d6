package shell

import "slices"

// scope is what a shell knows at a place of its script: variables and the working directory.
//
// The lists are shared with the commands that saw them: they are appended to or replaced, never changed in place.
type scope struct {
	walker *walker

	env, vars []Assign
	unset     []string
	allexport bool // set -a

	dirs       []Word
	dirUnknown bool
	stack      []place // of pushd

	effects []effect // what was done to the variables since the fork, for join
	moved   bool     // the directory was changed since the fork
}

// place is a working directory.
type place struct {
	dirs    []Word
	unknown bool
}

// effect is one change of a variable.
type effect struct {
	op     operation
	assign Assign
}

type operation int

const (
	opNone     operation = iota
	opAssign             // NAME=VALUE
	opExport             // export NAME, export NAME=VALUE
	opUnexport           // export -n NAME
	opUnset              // unset NAME
)

func (w *walker) newScope() *scope { return &scope{walker: w} }

// fork is a copy for a subshell, or for a branch that may not run.
func (s *scope) fork() *scope {
	out := *s
	out.env, out.vars, out.unset = slices.Clip(s.env), slices.Clip(s.vars), slices.Clip(s.unset)
	out.dirs, out.stack = slices.Clip(s.dirs), slices.Clip(s.stack)
	out.effects, out.moved = nil, false
	return &out
}

// program is a copy for another program: it gets what is exported.
func (s *scope) program() *scope {
	out := s.fork()
	out.vars, out.stack, out.allexport = nil, nil, false
	return out
}

// join takes over what a branch did since it was forked: it may have been done.
func (s *scope) join(branch *scope) {
	for _, e := range branch.effects {
		e.assign.Conditional = true
		s.apply(e)
	}
	if branch.moved {
		s.move(place{unknown: true})
	}
}

// spend takes n steps off the walker's budget and reports whether there is some left.
func (s *scope) spend(n int) bool {
	s.walker.work -= n + 1
	return s.walker.work >= 0
}

// apply changes a variable. With a conditional assignment, what was known before stays known.
func (s *scope) apply(e effect) {
	if !s.spend(len(s.env) + len(s.vars) + len(s.unset)) {
		return
	}
	s.effects = append(s.effects, e)
	a := e.assign
	named := func(b Assign) bool { return b.Name == a.Name }
	switch e.op {
	case opAssign:
		if s.allexport || slices.ContainsFunc(s.env, named) {
			s.env = append(s.env, a)
			s.vars = without(s.vars, a)
		} else {
			s.vars = append(s.vars, a)
		}
		s.restore(a)
	case opExport:
		if a.Value.isZero() && !a.Append {
			if i := lastIndex(s.vars, named); i >= 0 {
				conditional := a.Conditional || s.vars[i].Conditional
				a, a.Conditional = s.vars[i], conditional
			} else if slices.ContainsFunc(s.env, named) {
				return
			}
		}
		s.env = append(s.env, a)
		s.vars = without(s.vars, a)
		s.restore(a)
	case opUnexport:
		if i := lastIndex(s.env, named); i >= 0 {
			v := s.env[i]
			v.Conditional = v.Conditional || a.Conditional
			s.vars = append(s.vars, v)
			s.env = without(s.env, a)
		}
		if !a.Conditional {
			s.unset = append(s.unset, a.Name)
		}
	case opUnset:
		switch {
		case !a.Conditional:
			s.env, s.vars = without(s.env, a), without(s.vars, a)
			s.unset = append(s.unset, a.Name)
		case slices.ContainsFunc(s.vars, named):
			s.vars = append(s.vars, a)
		default:
			s.env = append(s.env, a)
		}
	}
}

// restore takes the name off the unset ones.
func (s *scope) restore(a Assign) {
	if !a.Conditional && slices.Contains(s.unset, a.Name) {
		s.unset = slices.DeleteFunc(slices.Clone(s.unset), func(n string) bool { return n == a.Name })
	}
}

// without is the list less the variables of a's name, unless a may not have run.
func without(list []Assign, a Assign) []Assign {
	named := func(b Assign) bool { return b.Name == a.Name }
	if a.Conditional || !slices.ContainsFunc(list, named) {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), named)
}

func lastIndex(list []Assign, is func(Assign) bool) int {
	for i := len(list) - 1; i >= 0; i-- {
		if is(list[i]) {
			return i
		}
	}
	return -1
}

func (w Word) isZero() bool { return w.Raw == "" && w.Span.Len() == 0 && !w.Literal }

// move sets the working directory.
func (s *scope) move(p place) {
	s.dirs, s.dirUnknown = p.dirs, p.unknown
	s.moved = true
}

// enter changes the working directory as cd does.
func (s *scope) enter(dir Word) {
	switch {
	case !dir.Literal || dir.Value == "-" || dir.Value == "":
		s.move(place{unknown: true})
	case dir.Value[0] == '/':
		s.move(place{dirs: []Word{dir}})
	default:
		cost := 1
		if len(s.dirs) == cap(s.dirs) {
			cost = len(s.dirs) // to copy them
		}
		if !s.spend(cost) {
			return
		}
		s.move(place{append(s.dirs, dir), s.dirUnknown})
	}
}

// push is enter for pushd, whose place pop gets back to.
func (s *scope) push(dir Word) {
	s.stack = append(s.stack, place{slices.Clip(s.dirs), s.dirUnknown})
	s.enter(dir)
}

// pop goes back to where the last push was done.
func (s *scope) pop() {
	if len(s.stack) == 0 {
		s.move(place{unknown: true})
		return
	}
	last := len(s.stack) - 1
	s.move(s.stack[last])
	s.stack = slices.Clip(s.stack[:last])
}

// seen is what a command sees of the scope, with no room left to append to.
func (s *scope) seen() (env, vars []Assign, unset []string, dirs []Word, dirUnknown bool) {
	return slices.Clip(s.env), slices.Clip(s.vars), slices.Clip(s.unset), slices.Clip(s.dirs), s.dirUnknown
}
