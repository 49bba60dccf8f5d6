package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/image"
	"github.com/plimline/plimline/internal/shell"
	"github.com/plimline/plimline/internal/shellcheck"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// Scripts are the shell texts of a Dockerfile, for ShellCheck.
func Scripts(src *source.File, opt stage.Options) []shellcheck.Script {
	var out []shellcheck.Script
	for _, t := range shellTexts(stage.Resolve(dockerfile.Parse(src), opt)) {
		out = append(out, t.Script)
	}
	return out
}

// shellText is a script and what of it ShellCheck judges.
type shellText struct {
	shellcheck.Script
	judged source.Span
	but    []source.Span // within judged: texts for another shell, which are but words to ShellCheck
}

func shellTexts(m *stage.Model) []shellText {
	var out []shellText
	links := map[*stage.Stage]bool{}
	for _, s := range m.Stages {
		linked := s.Parent != nil && links[s.Parent] // /bin/sh is another program than the image's
		for _, step := range s.Steps {
			before := linked
			linked = linked || linksShell(step)
			if step.Trigger || len(step.Scripts) == 0 {
				continue
			}
			in := step.Instruction
			if in.OnBuild != nil {
				in = in.OnBuild
			}
			if in.Problem != nil || in.Form != dockerfile.FormShell {
				continue
			}
			sh := step.Before.Shell
			parts, line := scriptParts(in)
			if line != nil {
				sh = stage.Shell{Words: line, Dialect: shell.DialectOf(line), By: step.Instruction}
			}
			dialect := dialectOf(sh, s.Root(), m.File.Escape, before)
			if len(parts) == 0 || dialect == "" {
				continue
			}
			t := shellText{Script: shellcheck.Script{Parts: parts, Dialect: dialect, ErrExit: errExit(sh.Words), Vars: scriptVars(step, parts)}}
			t.judged = parts[0].Span(0, len(parts[0].String))
			for _, c := range step.Scripts[0].Commands {
				if slices.Contains([]string{"sh", "bash", "ash", "dash", "ksh", "mksh", "zsh", "su", "runuser", "eval"}, c.Name) {
					t.but = append(t.but, c.Span)
				}
			}
			out = append(out, t)
		}
		links[s] = linked
	}
	return out
}

// covers reports whether ShellCheck would have said what stands at the place.
func (t *shellText) covers(at source.Span) bool {
	return t.judged.Overlaps(at) && !slices.ContainsFunc(t.but, func(s source.Span) bool { return s.Overlaps(at) })
}

// linksShell reports whether a step puts something in the place of /bin/sh.
func linksShell(step *stage.Step) bool {
	for _, script := range step.Scripts {
		for _, c := range script.Commands {
			if c.Name == "ln" && slices.ContainsFunc(c.Words, func(w shell.Word) bool { return w.Value == "/bin/sh" || w.Value == "sh" }) {
				return true
			}
		}
	}
	return false
}

var heredocAlone = regexp.MustCompile(`^\s*\d*<<-?\s*("[^"<]*"|'[^'<]*'|[^\s;&|<>()"']+)\s*$`)

// scriptParts is the text of an instruction as its shell reads it, with here-documents behind the command; and the words of the
// "#!" line of one that has its own shell.
func scriptParts(in *dockerfile.Instruction) (parts []source.Text, line []string) {
	body := in.Body
	switch {
	case in.Name == "HEALTHCHECK":
		if len(in.Args) < 2 || !strings.EqualFold(in.Args[0].Text, "CMD") {
			return nil, nil
		}
		body = in.Args[1].Map
	case len(in.Args) == 0:
		return nil, nil
	}
	if len(in.Heredocs) == 1 && heredocAlone.MatchString(body.String) {
		content := in.Heredocs[0].Content
		if rest, ok := strings.CutPrefix(content.String, "#!"); ok {
			first, _, _ := strings.Cut(rest, "\n")
			return []source.Text{content.Slice(len("#!")+len(first), len(content.String))}, strings.Fields(first)
		}
		return []source.Text{content}, nil
	}
	parts = []source.Text{body}
	for _, h := range in.Heredocs {
		content := h.Content
		content = content.Slice(0, len(strings.TrimSuffix(content.String, "\n")))
		parts = append(parts, content, source.TextAt(h.Name, h.Terminator.Start))
	}
	return parts, nil
}

// dashes are images whose /bin/sh is dash: Debian, Ubuntu, and what is made from them.
var dashes = []string{
	"debian", "ubuntu", "golang", "node", "python", "ruby", "php", "rust", "buildpack-deps", "gcc", "perl", "nginx", "httpd", "redis", "postgres",
	"mariadb", "haskell", "swift", "eclipse-temurin", "maven", "gradle", "julia", "erlang", "elixir", "pypy",
}

// dialectOf is what ShellCheck calls the shell, "" when it does not know it. Where /bin/sh is bash, or may be, it is bash: what is
// reported then is wrong in either.
func dialectOf(sh stage.Shell, root *stage.Stage, escape byte, linked bool) string {
	switch sh.Dialect {
	case shell.Bash, shell.Dash, shell.Ash, shell.Ksh:
		return string(sh.Dialect)
	case shell.Sh:
		class := image.Classify(root.Image)
		tag := strings.ToLower(root.Image.Tag)
		switch {
		case sh.By == nil && sh.Words[0] == "/bin/sh" && (class.Name == "windows" || escape == '`'):
			return "" // the default is cmd there
		case linked:
			return "bash"
		case class.Libc == "musl", class.Name == "busybox":
			return "ash"
		case class.Libc == "glibc" && slices.Contains(dashes, root.Image.Name) && !strings.Contains(tag, "ubi") && !strings.Contains(tag, "oracle"):
			return "dash"
		}
		return "bash"
	}
	return ""
}

// errExit reports whether a shell is started with -e, as in ["/bin/bash", "-euo", "pipefail", "-c"].
func errExit(words []string) bool {
	for i := 1; i < len(words); i++ {
		w := words[i]
		if w == "errexit" && words[i-1] == "-o" || len(w) > 1 && w[0] == '-' && w[1] != '-' && strings.Contains(w, "e") {
			return true
		}
	}
	return false
}

// platforms are values such as BuildKit gives its platform arguments: none of them has blanks.
var platforms = map[string]string{
	"TARGETPLATFORM": "linux/arm64/v8", "TARGETOS": "linux", "TARGETARCH": "arm64", "TARGETVARIANT": "v8",
	"BUILDPLATFORM": "linux/amd64", "BUILDOS": "linux", "BUILDARCH": "amd64", "BUILDVARIANT": "v1",
}

var identifier = regexp.MustCompile(`[A-Za-z_]\w*`)

// scriptVars are the variables that ENV, ARG and BuildKit set for a step, those that its script names: others would cost
// ShellCheck time.
func scriptVars(step *stage.Step, parts []source.Text) []shellcheck.Var {
	wanted := map[string]bool{}
	for _, p := range parts {
		for _, name := range identifier.FindAllString(p.String, -1) {
			wanted[name] = true
		}
	}
	var out []shellcheck.Var
	for e := step.Before.Env; e != nil; e = e.Prev {
		v := e.Var
		if !wanted[v.Name] || step.OnBuild != nil && v.Kind != stage.VarEnv && v.Kind != stage.VarBase {
			continue
		}
		wanted[v.Name] = false
		known := shellcheck.Var{Name: v.Name, Value: v.Value.Text, Known: v.HasValue && v.Value.State == stage.Known}
		if value, ok := platforms[v.Name]; ok && v.Kind == stage.VarAutomatic {
			known.Value, known.Known = value, true
		}
		out = append(out, known)
	}
	for _, name := range stage.Proxies {
		if wanted[name] {
			out = append(out, shellcheck.Var{Name: name})
		}
	}
	return out
}

// Comments makes what ShellCheck says of a file's scripts into findings: under the id of a rule of ours where one has the code as
// an alias, else under the code itself.
func (l *Linter) Comments(comments []shellcheck.Comment) []finding.Finding {
	var out []finding.Finding
	for _, c := range comments {
		level := finding.Note
		if c.Level == "error" || c.Level == "warning" {
			level = finding.Warning
		}
		for _, id := range l.engine.Catalog().Resolve("shellcheck/" + c.Code) {
			out = append(out, finding.Finding{Rule: id, Severity: level, Span: c.Span, Message: sentence(c.Message)})
		}
	}
	return out
}

// sentence is ShellCheck's message as the others are written: no full stop, no capital.
func sentence(s string) string {
	s = strings.TrimSpace(strings.TrimSuffix(s, "."))
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && (s[1] == ' ' || s[1] >= 'a' && s[1] <= 'z') {
		s = strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// merged are the findings of rules and of ShellCheck, never two for one thing: ShellCheck's stays, with the rule's fix, and what a
// rule alone says where ShellCheck has looked for the same is left out. That holds for rules that have no other aliases: one that
// has knows what ShellCheck does not.
func (l *Linter) merged(rules, comments []finding.Finding, texts []shellText) []finding.Finding {
	rules = slices.DeleteFunc(rules, func(f finding.Finding) bool {
		same := slices.IndexFunc(comments, func(c finding.Finding) bool { return c.Rule == f.Rule && c.Span.Overlaps(f.Span) })
		if same >= 0 {
			comments[same].Fix = f.Fix
			return true
		}
		return l.onlyShellCheck(f.Rule) && slices.ContainsFunc(texts, func(t shellText) bool { return t.covers(f.Span) })
	})
	return append(rules, comments...)
}

// onlyShellCheck reports whether a rule stands for codes of ShellCheck and nothing else.
func (l *Linter) onlyShellCheck(id string) bool {
	rule, _ := l.Catalog().Rule(id)
	return len(rule.Aliases) > 0 && !finding.IsShellCheck(id) && !slices.ContainsFunc(rule.Aliases, func(alias string) bool {
		return !strings.HasPrefix(alias, "shellcheck/")
	})
}
