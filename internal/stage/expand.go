package stage

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/shell"
)

// expand gives a word its value. What lookup does not know stays in the text as written and counts as missing.
func (r *resolver) expand(w dockerfile.Word, lookup func(string) *Variable) Value {
	v := Value{Text: w.Text, State: Known, Span: w.Span}
	if !strings.ContainsAny(w.Text, "$'\"\\`") {
		return v
	}
	e, err := dockerfile.Expand(w.Text, r.m.File.Escape, func(name string) (string, bool) {
		if x := lookup(name); x != nil && x.HasValue && x.Value.State == Known {
			return x.Value.Text, true
		}
		return "", false
	})
	if err != nil {
		v.State = Unknown
		return v
	}
	v.Text = e.Text
	for _, name := range e.Used {
		x := lookup(name)
		v.Vars = append(v.Vars, x)
		v.Overridable = v.Overridable || x.Value.Overridable
	}
	for _, name := range e.Missing {
		x := lookup(name)
		if x == nil {
			v.Missing = append(v.Missing, name)
			continue
		}
		v.Vars = append(v.Vars, x)
		v.State = worse(v.State, x.Value.State)
	}
	for _, name := range e.Default {
		switch x := lookup(name); {
		case x == nil:
			v.assumed = true
		case x.Value.State == Caller: // as with a default of the ARG
			v.Vars = append(v.Vars, x)
			v.Overridable = true
		default:
			v.Vars = append(v.Vars, x)
			v.State = worse(v.State, x.Value.State)
		}
	}
	return v
}

// expandIn is expand within a stage, where the base image may have set what nothing in the file sets.
func (r *resolver) expandIn(s *Stage, w dockerfile.Word, lookup func(string) *Variable) Value {
	v := r.expand(w, lookup)
	if len(v.Missing) == 0 {
		if v.assumed && s.Root().Kind != FromScratch {
			v.State = worse(v.State, Base)
		}
		return v
	}
	if s.Root().Kind == FromScratch {
		// Nothing is set there, so the names are empty for certain.
		return r.expand(w, func(name string) *Variable {
			if x := lookup(name); x != nil {
				return x
			}
			return &Variable{Name: name, Kind: VarBase, HasValue: true, Value: Value{State: Known}}
		})
	}
	v.State = worse(v.State, Base)
	return v
}

// Expand gives a word of an instruction the value it has there. FROM and instructions before the first
// FROM see global ARGs only; RUN, CMD, ENTRYPOINT, HEALTHCHECK and SHELL leave variables to the shell.
func (m *Model) Expand(step *Step, w dockerfile.Word) Value {
	r := resolver{m: m}
	switch {
	case step.Stage == nil || step.Name == "FROM":
		return r.expand(w, r.globals)
	case step.Name == "RUN" || step.Name == "CMD" || step.Name == "ENTRYPOINT" || step.Name == "HEALTHCHECK" || step.Name == "SHELL":
		return Value{Text: w.Text, State: Known, Span: w.Span}
	}
	return r.expandIn(step.Stage, w, step.Before.Env.Lookup)
}

// Unset are the uses of variables in an instruction of a stage that nothing in sight sets: no ENV, no ARG of the stage, no well-known
// base image, and not the script itself. What a base image sets that is not known may be among them.
func (m *Model) Unset(step *Step) []dockerfile.Ref {
	var out []dockerfile.Ref
	set := func(name string) bool {
		v := step.Before.Env.Lookup(name)
		if v == nil && name == "PATH" {
			return true // every image has one
		}
		// ONBUILD runs in another build, which has its own ARGs.
		return v != nil && !(step.Trigger && (v.Kind == VarArg || v.Kind == VarGlobalArg || v.Kind == VarBuildArg))
	}
	if step.Name == "RUN" {
		var own map[string]bool // worked out for the first variable in question
		for _, script := range step.Scripts {
			for _, v := range script.Vars {
				if v.HasDefault || set(v.Name) || isShellName(v.Name) {
					continue
				}
				if own == nil {
					var ok bool
					if own, ok = setBy(step); !ok {
						return nil
					}
				}
				if !own[v.Name] {
					out = append(out, dockerfile.Ref{Name: v.Name, Span: v.Span})
				}
			}
		}
		return out
	}
	words := slices.Clone(step.Args)
	for _, p := range step.Pairs {
		words = append(words, p.Value)
	}
	switch step.Name {
	case "ENV", "COPY", "ADD", "WORKDIR", "USER", "LABEL", "ARG":
		for _, w := range words {
			if strings.Contains(w.Text, "$") {
				for _, r := range dockerfile.Refs(w, m.File.Escape) {
					if !r.HasDefault && !set(r.Name) {
						out = append(out, r)
					}
				}
			}
		}
	}
	return out
}

// Ways of a script to set variables beside assignments: commands whose effect is not seen, elements and counters, arithmetic, loops, and
// commands with names as arguments.
var (
	setsUnseen = regexp.MustCompile(`(^|[\s;&|(])(source|\.|eval)\s`)
	assigned   = regexp.MustCompile(`\b([A-Za-z_][A-Za-z0-9_]*)(?:\[|\+\+|--)|\(\([^)]*?\b([A-Za-z_][A-Za-z0-9_]*)\s*[-+*/]?=|\b(?:for|select)\s+([A-Za-z_][A-Za-z0-9_]*)`)
	arguments  = regexp.MustCompile(`\b(?:read|getopts|mapfile|readarray|local|declare|typeset|printf\s+-v|unset)\b([^;&|\n]*)`)
	names      = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)
)

// setBy are the variables that a script sets, also in ways that are no plain assignment; ok is false when that cannot be told.
func setBy(step *Step) (set map[string]bool, ok bool) {
	set = map[string]bool{}
	for _, script := range step.Scripts {
		for _, c := range script.Commands {
			for _, a := range slices.Concat(c.Assigns, c.Env, c.Vars) {
				set[a.Name] = true
			}
		}
	}
	texts := []string{step.Body.String}
	for _, h := range step.Heredocs {
		texts = append(texts, h.Content.String)
	}
	for _, text := range texts {
		if setsUnseen.MatchString(text) {
			return nil, false
		}
		for _, m := range assigned.FindAllStringSubmatch(text, -1) {
			set[m[1]], set[m[2]], set[m[3]] = true, true, true
		}
		for _, m := range arguments.FindAllStringSubmatch(text, -1) {
			for _, name := range names.FindAllString(m[1], -1) {
				set[name] = true
			}
		}
	}
	return set, true
}

// Proxies are variables that BuildKit passes on without an ARG (docs.docker.com/reference/dockerfile, "Predefined ARGs").
var Proxies = []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"}

// isShellName knows variables that the shell, or Docker, sets.
func isShellName(name string) bool {
	if name == "" || name[0] >= '0' && name[0] <= '9' || strings.Trim(name, "@*#?-$!_") == "" || strings.HasPrefix(name, "BASH") {
		return true
	}
	return slices.Contains(Proxies, name) || slices.Contains([]string{
		"PATH", "HOME", "HOSTNAME", "PWD", "OLDPWD", "IFS", "PPID", "SHLVL", "UID", "EUID", "GROUPS", "RANDOM", "SRANDOM", "SECONDS", "LINENO", "OPTARG", "OPTIND",
		"OPTERR", "PS1", "PS2", "PS4", "SHELL", "TERM", "USER", "LOGNAME", "LANG", "LC_ALL", "REPLY", "PIPESTATUS", "FUNCNAME", "DIRSTACK", "HOSTTYPE", "MACHTYPE",
		"OSTYPE", "EPOCHSECONDS", "EPOCHREALTIME", "COLUMNS", "LINES", "SOURCE_DATE_EPOCH", "TMPDIR", "EDITOR", "MAIL", "CDPATH", "ENV",
	}, name)
}

func texts(words []dockerfile.Word) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.Text
	}
	return out
}

// isAbs knows Linux paths and Windows ones ("C:\x", "C:/x", "\x").
func isAbs(p string) bool {
	return strings.HasPrefix(p, "/") || strings.HasPrefix(p, `\`) ||
		len(p) > 2 && p[1] == ':' && (p[2] == '\\' || p[2] == '/')
}

func clean(p string) string {
	if strings.HasPrefix(p, "/") {
		return path.Clean(p)
	}
	return p
}

func join(dir, p string) string {
	if strings.Contains(dir, `\`) || strings.Contains(p, `\`) {
		return strings.TrimRight(dir, `\`) + `\` + p
	}
	return path.Join("/", dir, p)
}

// scripts reads the shell text of an instruction; nil for one that runs nothing.
func scripts(in *dockerfile.Instruction, sh Shell) []*shell.Script {
	args := in.Args
	switch in.Name {
	case "RUN", "CMD", "ENTRYPOINT":
	case "HEALTHCHECK":
		if len(args) == 0 || !strings.EqualFold(args[0].Text, "CMD") {
			return nil
		}
		args = args[1:]
	default:
		return nil
	}
	if in.Form == dockerfile.FormExec {
		words := make([]shell.ExecWord, len(args))
		for i, w := range args {
			words[i] = shell.ExecWord{Text: w.Text, Span: w.Span, Map: w.Map}
		}
		if len(words) == 0 {
			return nil
		}
		return []*shell.Script{shell.ParseExec(words)}
	}
	if len(args) == 0 {
		return nil
	}
	body := in.Body
	if in.Name == "HEALTHCHECK" {
		body = args[0].Map
	}
	heredocs := make([]shell.Heredoc, len(in.Heredocs))
	for i, h := range in.Heredocs {
		heredocs[i] = shell.Heredoc{Name: h.Name, Content: h.Content, Expand: h.Expand, Operator: h.Operator}
	}
	return shell.ParseRun(body, heredocs, sh.Dialect)
}
