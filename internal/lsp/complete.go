package lsp

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// Kinds of completions.
const (
	completeVariable = 6
	completeModule   = 9
	completeProperty = 10
	completeValue    = 12
	completeKeyword  = 14
	completeRule     = 20 // an enumeration's member
)

// values are those that a flag takes, where they are few.
func values(flag string) []string {
	switch flag {
	case "network":
		return []string{"default", "none", "host"}
	case "security":
		return []string{"sandbox", "insecure"}
	case "platform":
		return []string{"$BUILDPLATFORM", "$TARGETPLATFORM", "linux/amd64", "linux/arm64"}
	}
	return nil
}

// mountValues are those that a field of --mount takes, where they are few.
func mountValues(key string) []string {
	switch key {
	case "type":
		return []string{"bind", "cache", "secret", "ssh", "tmpfs"}
	case "sharing":
		return []string{"shared", "private", "locked"}
	}
	return nil
}

// Places where something can be completed, in the text of an instruction, or a comment, up to the cursor.
var (
	variableEnd  = regexp.MustCompile(`\$\{?([A-Za-z_][A-Za-z0-9_]*)?$`)
	flagEnd      = regexp.MustCompile(`(^|\s)(-|--[a-z-]*)$`)
	flagValueEnd = regexp.MustCompile(`(^|\s)--([a-z-]+)=([^\s,]*)$`)
	mountEnd     = regexp.MustCompile(`(^|\s)--mount=(\S*,)?([^\s,=]*)$`)
	mountFieldIn = regexp.MustCompile(`(^|\s)--mount=(\S*,)?([a-z]+)=([^\s,]*)$`)
	ruleEnd      = regexp.MustCompile(`^#\s*plimline\s+ignore(?:-stage|-file)?\s*=\s*(?:[\w/-]+\s*,\s*)*([\w/-]*)$`)
	codeEnd      = regexp.MustCompile(`^#\s*(?:(hadolint)\s.*\bignore=|(check)=(?:.*;)?skip=|(trivy):ignore:)(?:[\w-]+\s*,\s*)*([\w-]*)$`)
	valueEnd     = regexp.MustCompile(`^#\s*(syntax|escape)=(\S*)$`)
	verbEnd      = regexp.MustCompile(`^#\s*plimline\s+([a-z-]*)$`)
	toolEnd      = regexp.MustCompile(`^(#\s*)[a-z]*$`)
)

// complete says what may stand at a position.
func (s *server) complete(_ context.Context, snap *snapshot, p *params) (any, error) {
	out := completionList{Items: []completionItem{}}
	if snap == nil {
		return out, nil
	}
	s.read(snap)
	at := snap.offset(p.Position)
	c := &completer{snap: snap, at: at, replaces: s.client.TextDocument.Completion.Item.InsertReplace}
	before := snap.Text(source.Span{Start: snap.line(snap.lineOf(at)).Start, End: at})
	if trimmed := strings.TrimLeft(before, " \t"); strings.HasPrefix(trimmed, "#") && !snap.inHeredoc(at) {
		s.completeComment(c, trimmed)
	} else {
		c.instruction(snap.statement(at))
	}
	out.Items = append(out.Items, c.items...)
	return out, nil
}

type completer struct {
	snap     *snapshot
	at       int
	replaces bool // the client knows edits that put something in, or in the place of the rest of the word
	trigger  bool // it is within ONBUILD
	items    []completionItem
}

// rest is where the word ends that the cursor is in.
func (c *completer) rest(label string) int {
	end, line := c.at, c.snap.line(c.snap.lineOf(c.at)).End
	for end < line && wordByte(c.snap.Bytes[end]) {
		end++
	}
	if strings.HasSuffix(label, "=") && end < line && c.snap.Bytes[end] == '=' {
		end++
	}
	return end
}

func wordByte(b byte) bool {
	return b == '-' || b == '_' || b == '.' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// add offers a text in the place of the typed one that ends at the cursor.
func (c *completer) add(label string, kind int, typed, detail string) {
	span := source.Span{Start: c.at - len(typed), End: c.at}
	edit := completionEdit{NewText: label}
	if in := c.snap.rangeOf(span); c.replaces {
		span.End = c.rest(label)
		whole := c.snap.rangeOf(span)
		edit.Insert, edit.Replace = &in, &whole
	} else {
		edit.Range = &in
	}
	c.items = append(c.items, completionItem{
		Label: label, Kind: kind, Detail: detail, FilterText: label, SortText: fmt.Sprintf("%04d", len(c.items)), TextEdit: &edit,
	})
}

func (c *completer) all(labels []string, kind int, typed string) {
	for _, label := range labels {
		c.add(label, kind, typed, "")
	}
}

// inHeredoc reports whether an offset is in the body of a here-document.
func (snap *snapshot) inHeredoc(at int) bool {
	for _, in := range snap.model.File.Instructions {
		for _, h := range heredocs(in) {
			if h.Body.Start <= at && at < h.Body.End {
				return true
			}
		}
	}
	return false
}

func heredocs(in *dockerfile.Instruction) []dockerfile.Heredoc {
	if in.OnBuild != nil {
		return in.OnBuild.Heredocs
	}
	return in.Heredocs
}

// statement is the text of the instruction that an offset is in, up to there, with its lines joined. In a here-document it is the line alone,
// behind a word that is no instruction.
func (snap *snapshot) statement(at int) string {
	n := snap.lineOf(at)
	text := strings.ReplaceAll(snap.Text(source.Span{Start: snap.line(n).Start, End: at}), "\t", " ")
	if snap.inHeredoc(at) {
		return "<< " + text
	}
	escape := string(snap.model.File.Escape)
	for n--; n >= 0; n-- {
		line := strings.TrimRight(snap.Text(snap.line(n)), " \t")
		switch trimmed := strings.TrimLeft(line, " \t"); {
		case strings.HasPrefix(trimmed, "#"):
			// A comment between continued lines, or above the instruction.
		case strings.HasSuffix(line, escape):
			text = strings.ReplaceAll(strings.TrimSuffix(line, escape), "\t", " ") + " " + text
		default:
			return text
		}
	}
	return text
}

// instruction completes in an instruction, given its text up to the cursor.
func (c *completer) instruction(text string) {
	text = strings.TrimLeft(text, " \t")
	keyword, rest, behind := strings.Cut(text, " ")
	name := strings.ToUpper(keyword)
	if name == "ONBUILD" && behind {
		c.trigger = true
		c.instruction(rest)
		return
	}
	switch {
	case !behind:
		lower := text != "" && strings.ToLower(text) == text
		for _, in := range instructions() {
			if lower {
				in.name = strings.ToLower(in.name)
			}
			if c.trigger && (in.name == "FROM" || in.name == "ONBUILD") {
				continue // an image used as a base begins no stage
			}
			c.add(in.name, completeKeyword, text, in.about)
		}
		if text == "" && !c.trigger {
			c.comments("", "# ")
		}
	case variableEnd.MatchString(rest) && !strings.HasSuffix(rest, `\$`):
		c.variables(name, rest[len(rest)-len(variableEnd.FindString(rest)):])
	case c.flag(name, rest):
	case name == "FROM":
		c.from(rest, strings.ToLower(keyword) == keyword)
	case name == "ARG":
		c.args(rest)
	case name == "HEALTHCHECK" && len(slices.DeleteFunc(strings.Fields(rest+"."), isFlag)) == 1: // the dot ends what is typed
		c.all([]string{"CMD", "NONE"}, completeKeyword, rest[strings.LastIndexByte(rest, ' ')+1:])
	case name == "STOPSIGNAL":
		c.all([]string{"SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGRTMIN+3"}, completeValue, strings.TrimLeft(rest, " "))
	}
}

// flag completes a flag or its value; false when the cursor is at neither.
func (c *completer) flag(name, rest string) bool {
	if m := mountFieldIn.FindStringSubmatch(rest); m != nil && name == "RUN" {
		if m[3] == "from" {
			c.stages(m[4])
		}
		c.all(mountValues(m[3]), completeValue, m[4])
		return true
	}
	if m := mountEnd.FindStringSubmatch(rest); m != nil && name == "RUN" {
		for _, k := range mountKeys() {
			c.add(k.name, completeProperty, m[3], k.about)
		}
		return true
	}
	if m := flagValueEnd.FindStringSubmatch(rest); m != nil {
		if m[2] == "from" {
			c.stages(m[3])
		}
		c.all(values(m[2]), completeValue, m[3])
		return true
	}
	m := flagEnd.FindStringSubmatch(rest)
	if m == nil {
		return false
	}
	if words := strings.Fields(rest[:len(rest)-len(m[2])]); slices.ContainsFunc(words, func(w string) bool { return !isFlag(w) }) {
		return true // behind the first argument there are none
	}
	for _, f := range flags(name) {
		c.add("--"+f.name, completeProperty, m[2], f.about)
	}
	return true
}

func isFlag(word string) bool { return strings.HasPrefix(word, "--") }

// from completes what FROM names, or AS, which is written as FROM is.
func (c *completer) from(rest string, lower bool) {
	words := slices.DeleteFunc(strings.Fields(rest), isFlag)
	typed := rest[strings.LastIndexByte(rest, ' ')+1:]
	if strings.HasPrefix(typed, "-") {
		return
	}
	if typed == "" {
		words = append(words, "")
	}
	switch len(words) {
	case 1:
		c.stages(typed)
		c.add("scratch", completeModule, typed, "the empty image")
		if typed == "" && !strings.Contains(rest, "--") {
			c.add("--platform=", completeProperty, typed, about(flags("FROM"), "platform"))
		}
	case 2:
		as := "AS"
		if lower {
			as = "as"
		}
		c.add(as, completeKeyword, typed, "names the stage")
	}
}

// args completes what ARG declares: those that have a value from before the first FROM, or from BuildKit.
func (c *completer) args(rest string) {
	typed := rest[strings.LastIndexByte(rest, ' ')+1:]
	if strings.Contains(typed, "=") {
		return
	}
	inStage := false
	for _, st := range c.snap.model.Stages {
		inStage = inStage || st.From != nil && st.From.Span.End <= c.at
	}
	if !inStage {
		return // ahead of the first FROM, they need none
	}
	seen := map[string]bool{}
	for e := c.snap.model.Globals; e != nil; e = e.Prev {
		if !seen[e.Var.Name] {
			seen[e.Var.Name] = true
			c.add(e.Var.Name, completeVariable, typed, detail(e.Var))
		}
	}
	for _, name := range stage.PlatformArgs() {
		c.add(name, completeVariable, typed, "set by BuildKit")
	}
}

// stages completes the names of the stages above.
func (c *completer) stages(typed string) {
	for _, st := range c.snap.model.Stages {
		if st.Alias.Text != "" && st.Span.End < c.at {
			c.add(st.Alias.Text, completeModule, typed, "FROM "+st.From.Args[0].Text)
		}
	}
}

// variables completes a reference, given as it is typed: "$VER" or "${VER".
func (c *completer) variables(instruction, typed string) {
	open, end := "$", ""
	if strings.HasPrefix(typed, "${") {
		open, end = "${", "}"
		if strings.HasPrefix(string(c.snap.Bytes[c.rest("}"):]), "}") {
			end = ""
		}
	}
	seen := map[string]bool{}
	scope, from := c.snap.scope(c.at)
	if instruction == "FROM" {
		scope, from = c.snap.model.Globals, true // one that is half typed begins no stage yet
	}
	for e := scope; e != nil; e = e.Prev {
		if !seen[e.Var.Name] {
			seen[e.Var.Name] = true
			c.add(open+e.Var.Name+end, completeVariable, typed, detail(e.Var))
		}
	}
	if from {
		for _, name := range stage.PlatformArgs() {
			if !seen[name] {
				c.add(open+name+end, completeVariable, typed, "set by BuildKit")
			}
		}
	}
}

// scope is the variables that an offset sees, and whether BuildKit's own are among them: in FROM, and before the first.
func (snap *snapshot) scope(at int) (scope *stage.Env, from bool) {
	m := snap.model
	from = true
	for _, step := range m.GlobalSteps {
		if step.Span.Start <= at {
			scope = m.Globals
		}
	}
	line := snap.lineOf(at)
	for _, st := range m.Stages {
		if st.Span.Start > at {
			break
		}
		if scope, from = m.Globals, true; st.From == nil || snap.lineOf(st.From.Span.End) < line {
			scope, from = st.Out.Env, false
		}
		for _, step := range st.Steps {
			if step.Instruction != st.From && !step.Trigger && snap.lineOf(step.Span.End) >= line && !from {
				scope = step.Before.Env
				break
			}
		}
		if st.From != nil && st.From.Span.Start <= at && at <= st.From.Span.End {
			scope, from = m.Globals, true
		}
	}
	return scope, from
}

// completeComment completes what a comment says to plimline, to BuildKit, or to another linter.
func (s *server) completeComment(c *completer, text string) {
	if m := ruleEnd.FindStringSubmatch(text); m != nil {
		for _, r := range s.rules(c) {
			c.add(r.ID, completeRule, m[1], r.Title)
		}
	} else if m := codeEnd.FindStringSubmatch(text); m != nil {
		tool := strings.Replace(m[1]+m[2]+m[3], "check", "buildkit", 1) + "/"
		seen := map[string]bool{}
		for _, r := range s.rules(c) {
			for _, alias := range r.Aliases {
				if code, ok := strings.CutPrefix(alias, tool); ok && !seen[code] {
					seen[code] = true
					c.add(code, completeRule, m[4], r.Title)
				}
			}
		}
	} else if m := verbEnd.FindStringSubmatch(text); m != nil {
		c.add("ignore=", completeKeyword, m[1], "in the next instruction")
		c.add("ignore-stage=", completeKeyword, m[1], "in this stage")
		c.add("ignore-file=", completeKeyword, m[1], "in the whole file")
	} else if m := valueEnd.FindStringSubmatch(text); m != nil && c.directives() {
		c.all(map[string][]string{"syntax": {"docker/dockerfile:1", "docker/dockerfile:1-labs"}, "escape": {"`", "\\"}}[m[1]], completeValue, m[2])
	} else if m := toolEnd.FindStringSubmatch(text); m != nil {
		c.comments(text, m[1])
	}
}

// comments completes a comment that begins with a sign and blanks, of which more is typed already.
func (c *completer) comments(typed, begin string) {
	offer := func(text, detail string) {
		c.add("# "+text, completeKeyword, typed, detail)
		c.items[len(c.items)-1].FilterText = begin + text
	}
	if c.directives() {
		for _, d := range [][2]string{
			{"syntax=docker/dockerfile:1", "the Dockerfile's frontend"}, {"check=skip=", "which of BuildKit's checks do not run"}, {"escape=`", "the escape character"},
		} {
			name, _, _ := strings.Cut(d[0], "=")
			if !slices.ContainsFunc(c.snap.model.File.Directives, func(o dockerfile.Directive) bool {
				return o.Name == name && c.snap.lineOf(o.Span.Start) != c.snap.lineOf(c.at)
			}) {
				offer(d[0], d[1])
			}
		}
	}
	offer("plimline ignore=", "leaves findings out")
}

// rules are those that a comment may name, first those that have findings in the document.
func (s *server) rules(c *completer) []finding.Rule {
	snap := c.snap
	if s.settle(snap) != nil {
		return nil
	}
	found := map[string]bool{}
	snap.mu.Lock()
	for _, f := range snap.found {
		if f.Span.Start > c.at || c.at > f.Span.End { // not what is wrong with the comment itself
			found[f.Rule] = true
		}
	}
	snap.mu.Unlock()
	rules := slices.Clone(snap.linter.Catalog().Rules())
	slices.SortStableFunc(rules, func(a, b finding.Rule) int {
		switch {
		case found[a.ID] == found[b.ID]:
			return 0
		case found[a.ID]:
			return -1
		}
		return 1
	})
	return rules
}

// directives reports whether parser directives may stand at the cursor: nothing but directives is above.
func (c *completer) directives() bool {
	first := c.snap.lineOf(c.at)
	directives := 0
	for _, d := range c.snap.model.File.Directives {
		if c.snap.lineOf(d.Span.Start) < first {
			directives++
		}
	}
	return directives == first
}
