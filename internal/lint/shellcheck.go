package lint

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/image"
	"github.com/plimline/plimline/internal/shellcheck"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// Scripts are the shell texts of a Dockerfile, for ShellCheck.
func Scripts(src *source.File, opt stage.Options) []shellcheck.Script {
	var out []shellcheck.Script
	m := stage.Resolve(dockerfile.Parse(src), opt)
	for _, s := range m.Stages {
		for _, step := range s.Steps {
			if step.Trigger || len(step.Scripts) == 0 || step.Scripts[0].Opaque {
				continue
			}
			in := step.Instruction
			if in.OnBuild != nil {
				in = in.OnBuild
			}
			dialect := dialectOf(step.Before.Shell, s.Root())
			if in.Problem != nil || in.Form != dockerfile.FormShell || dialect == "" {
				continue
			}
			parts := scriptParts(in)
			if len(parts) == 0 {
				continue
			}
			out = append(out, shellcheck.Script{Parts: parts, Dialect: dialect, Vars: scriptVars(step)})
		}
	}
	return out
}

var heredocAlone = regexp.MustCompile(`^\s*<<-?["']?\w+["']?\s*$`)

// scriptParts is the text of an instruction as its shell reads it, with here-documents behind the command; nil when another program
// reads it.
func scriptParts(in *dockerfile.Instruction) []source.Text {
	body := in.Body
	switch {
	case in.Name == "HEALTHCHECK":
		if len(in.Args) < 2 || !strings.EqualFold(in.Args[0].Text, "CMD") {
			return nil
		}
		body = in.Args[1].Map
	case len(in.Args) == 0:
		return nil
	}
	if len(in.Heredocs) == 1 && heredocAlone.MatchString(body.String) {
		content := in.Heredocs[0].Content
		if strings.HasPrefix(content.String, "#!") {
			return nil
		}
		return []source.Text{content}
	}
	parts := []source.Text{body}
	for _, h := range in.Heredocs {
		content := h.Content
		content = content.Slice(0, len(strings.TrimSuffix(content.String, "\n")))
		parts = append(parts, content, source.TextAt(h.Name, h.Body.End))
	}
	return parts
}

// dialectOf is what ShellCheck calls the shell, "" when it does not know it. Where /bin/sh is bash, or may be, it is bash: what is
// reported then is wrong in either.
func dialectOf(sh stage.Shell, root *stage.Stage) string {
	if len(sh.Words) == 0 {
		return ""
	}
	switch name := path.Base(sh.Words[0]); name {
	case "bash", "dash", "ksh":
		return name
	case "ash":
		return "dash"
	case "sh":
		class := image.Classify(root.Image)
		if class.Libc == "musl" || slices.Contains([]string{"debian", "ubuntu", "golang", "node", "python", "buildpack-deps"}, root.Image.Name) && class.Libc == "glibc" {
			return "dash"
		}
		return "bash"
	}
	return ""
}

// scriptVars are the variables that ENV, ARG and BuildKit set for a step.
func scriptVars(step *stage.Step) []shellcheck.Var {
	var out []shellcheck.Var
	seen := map[string]bool{}
	for e := step.Before.Env; e != nil; e = e.Prev {
		v := e.Var
		if seen[v.Name] || step.OnBuild != nil && v.Kind != stage.VarEnv && v.Kind != stage.VarBase {
			continue
		}
		seen[v.Name] = true
		out = append(out, shellcheck.Var{Name: v.Name, Value: v.Value.Text, Known: v.HasValue && v.Value.State == stage.Known})
	}
	for _, name := range stage.Proxies {
		if !seen[name] {
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
	s = strings.TrimSuffix(s, ".")
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && (s[1] == ' ' || s[1] >= 'a' && s[1] <= 'z') {
		s = strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// merged are the findings of rules and of ShellCheck, never two of one rule for one place: ShellCheck's stays.
func merged(rules, comments []finding.Finding) []finding.Finding {
	if len(comments) == 0 {
		return rules
	}
	rules = slices.DeleteFunc(rules, func(f finding.Finding) bool {
		return slices.ContainsFunc(comments, func(c finding.Finding) bool { return c.Rule == f.Rule && c.Span.Overlaps(f.Span) })
	})
	return append(rules, comments...)
}
