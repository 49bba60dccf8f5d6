package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// wrapper is how a program that runs another one takes its own arguments.
type wrapper struct {
	short    string   // the short options with an argument
	long     []string // the long options with an argument, which may be the next word
	stop     string   // the short options with which it runs no program
	first    int      // the operands before the options
	operands int      // the operands before the program
	assigns  bool     // NAME=VALUE may stand before the program
	bare     bool     // it takes no options
	sub      string   // the subcommand that runs a program
}

// wrapperOf is the wrapper of that base name.
func wrapperOf(name string) (wrapper, bool) {
	switch name {
	case "env":
		return wrapper{short: "uCSa", long: []string{"unset", "chdir", "split-string", "argv0"}, assigns: true}, true
	case "sudo":
		return wrapper{short: "CghpRrTtUuD", stop: "leVvK", assigns: true, long: []string{"close-from", "group", "host", "prompt", "chroot",
			"role", "command-timeout", "type", "other-user", "user", "chdir"}}, true
	case "doas":
		return wrapper{short: "aCu", stop: "LC"}, true
	case "exec":
		return wrapper{short: "a"}, true
	case "command":
		return wrapper{stop: "vV"}, true
	case "builtin", "nohup", "linux32", "linux64", "i386", "x86_64", "setsid", "unbuffer", "eatmydata", "fakeroot":
		return wrapper{}, true
	case "time":
		return wrapper{short: "fo", long: []string{"format", "output"}}, true
	case "nice":
		return wrapper{short: "n", long: []string{"adjustment"}}, true
	case "ionice":
		return wrapper{short: "cnpPu", stop: "pPu", long: []string{"class", "classdata"}}, true
	case "stdbuf":
		return wrapper{short: "ioe", long: []string{"input", "output", "error"}}, true
	case "timeout":
		return wrapper{short: "skt", long: []string{"signal", "kill-after"}, operands: 1}, true
	case "setarch":
		return wrapper{first: 1}, true
	case "taskset", "chrt":
		return wrapper{operands: 1}, true
	case "xargs":
		return wrapper{short: "adEILnPsJRS", long: []string{"arg-file", "delimiter", "max-args", "max-chars", "max-procs", "process-slot-var"}}, true
	case "gosu", "su-exec":
		return wrapper{operands: 1, bare: true}, true
	case "tini":
		return wrapper{short: "pe"}, true
	case "dumb-init":
		return wrapper{short: "r", long: []string{"rewrite"}}, true
	case "busybox":
		return wrapper{bare: true}, true
	case "runuser":
		return wrapper{short: "ugGcs", stop: "cls", long: []string{"user", "group", "supp-group"}}, true
	case "setpriv":
		return wrapper{long: []string{"reuid", "regid", "ruid", "euid", "rgid", "egid", "groups", "inh-caps", "ambient-caps",
			"bounding-set", "securebits", "pdeathsig", "selinux-label", "apparmor-profile"}}, true
	case "xvfb-run":
		return wrapper{short: "efnpsw", long: []string{"error-file", "auth-file", "server-num", "xauth-protocol", "server-args", "wait"}}, true
	case "conda", "mamba", "micromamba":
		return wrapper{sub: "run", short: "npra", long: []string{"name", "prefix", "root-prefix", "cwd"}}, true
	}
	return wrapper{}, false
}

// unwrapped is a command line whose wrappers are known.
type unwrapped struct {
	words   []word
	program int // the index in words of the program's name
	assigns []Assign
	unset   []string
	clear   bool // env -i
	dirs    []word
}

// unwrap sees through the wrappers at the start of a command line. A wrapper that runs nothing is the program.
func unwrap(words []word) unwrapped { return (*reader)(nil).unwrap(words, false) }

func (r *reader) unwrap(words []word, escaped bool) unwrapped {
	u := unwrapped{words: words}
	for u.program < len(u.words) {
		name := u.name()
		spec, ok := wrapperOf(name)
		if !ok {
			break
		}
		next := u
		next.program++
		if !next.skip(r, name, spec, escaped) || next.program >= len(next.words) {
			break
		}
		u = next
	}
	return u
}

// name is the base name of the program, "" when it is not literal.
func (u *unwrapped) name() string {
	if u.program >= len(u.words) {
		return ""
	}
	return u.words[u.program].base()
}

// base is the last part of a path, where that part is literal: "$GOROOT/bin/go" is go.
func (w word) base() string {
	if w.Literal {
		return baseName(w.Value)
	}
	if w.node == nil {
		return ""
	}
	parts := w.node.Parts
	if quoted, ok := parts[len(parts)-1].(*syntax.DblQuoted); ok {
		parts = quoted.Parts
	}
	if len(parts) == 0 {
		return ""
	}
	lit, ok := parts[len(parts)-1].(*syntax.Lit)
	if !ok {
		return ""
	}
	name, n := lit.Value, strings.LastIndexByte(lit.Value, '/')
	if n < 0 || strings.ContainsAny(name[n:], "\\*?[{}~") {
		return ""
	}
	return baseName(name)
}

// skip moves program behind the arguments of the wrapper. It reports false when the wrapper runs no program.
func (u *unwrapped) skip(r *reader, name string, spec wrapper, escaped bool) bool {
	if spec.sub != "" {
		if u.program >= len(u.words) || u.words[u.program].Value != spec.sub {
			return false
		}
		u.program++
	}
	if u.program < len(u.words) && spec.first > 0 && !strings.HasPrefix(u.words[u.program].Value, "-") {
		u.program += spec.first
	}
	for ; u.program < len(u.words); u.program++ {
		w := u.words[u.program]
		if spec.assigns {
			if a, ok := r.assignment(w, escaped); ok {
				u.assigns = append(u.assigns, a)
				continue
			}
		}
		if !w.Literal || !strings.HasPrefix(w.Value, "-") {
			break
		}
		if spec.bare {
			return false
		}
		if w.Value == "--" {
			u.program++
			break
		}
		if w.Value == "-" {
			if name != "env" {
				break
			}
			u.clear = true
			continue
		}
		option, value := u.option(spec)
		if len(option) == 1 && strings.Contains(spec.stop, option) {
			return false
		}
		if name == "timeout" && option == "t" { // BusyBox of old
			spec.operands = 0
		}
		if !u.apply(name, option, value) {
			return false
		}
	}
	u.program += spec.operands
	return true
}

// option reads the option at program, and the next word too when that is its argument. Of a cluster of short options
// the one that matters is returned: the one with an argument, one that stops, or the last.
func (u *unwrapped) option(spec wrapper) (name string, value *word) {
	w := u.words[u.program]
	next := func() *word {
		if u.program+1 >= len(u.words) {
			return nil
		}
		u.program++
		return &u.words[u.program]
	}
	if long, ok := strings.CutPrefix(w.Value, "--"); ok {
		if n := strings.IndexByte(long, '='); n >= 0 {
			v := w.cut(len("--")+n+1, len(w.Value))
			return long[:n], &v
		}
		for _, l := range spec.long {
			if l == long {
				return long, next()
			}
		}
		return long, nil
	}
	for i := 1; i < len(w.Value); i++ {
		name = w.Value[i : i+1]
		switch {
		case strings.Contains(spec.stop, name):
			return name, nil
		case strings.Contains(spec.short, name):
			if i+1 < len(w.Value) {
				v := w.cut(i+1, len(w.Value))
				return name, &v
			}
			return name, next()
		case name == "i" && spec.assigns && strings.Contains(spec.short, "S"): // env -i within a cluster
			u.clear = true
		}
	}
	return name, nil
}

// apply notes what an option does to the program. It reports false when the program cannot be told.
func (u *unwrapped) apply(name, option string, value *word) bool {
	switch name {
	case "env":
		switch option {
		case "ignore-environment":
			u.clear = true
		case "u", "unset":
			if value != nil {
				u.unset = append(u.unset, value.Value)
			}
		case "C", "chdir":
			if value != nil {
				u.dirs = append(u.dirs, *value)
			}
		case "S", "split-string":
			return value != nil && u.split(*value)
		}
	case "sudo":
		if (option == "D" || option == "chdir") && value != nil {
			u.dirs = append(u.dirs, *value)
		}
	}
	return true
}

// split puts the words of env -S in the place of its argument.
func (u *unwrapped) split(value word) bool {
	if !value.Literal || strings.ContainsAny(value.Value, `'"\$#`) {
		return false
	}
	words := append([]word{}, u.words[:u.program+1]...)
	for i := 0; i < len(value.Value); {
		if strings.IndexByte(" \t\r\n\v\f", value.Value[i]) >= 0 {
			i++
			continue
		}
		end := strings.IndexAny(value.Value[i:], " \t\r\n\v\f")
		if end < 0 {
			end = len(value.Value) - i
		}
		part := value.cut(i, i+end)
		part.Quoted = false
		words = append(words, part)
		i += end
	}
	u.words = append(words, u.words[u.program+1:]...)
	return true
}
