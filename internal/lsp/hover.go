package lsp

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/gobuild"
	"github.com/plimline/plimline/internal/image"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// patience is how long hovering waits for findings; what is known without them is shown then.
const patience = time.Second

// hover says what is known at a place: of a variable, stage, image or copy, of a rule that a comment names, and of findings.
func (s *server) hover(ctx context.Context, snap *snapshot, p *params) (any, error) {
	if snap == nil {
		return nil, nil
	}
	s.read(snap)
	at := snap.offset(p.Position)
	var parts []string
	span, fact := s.fact(snap, at)
	if fact != "" {
		parts = append(parts, fact)
	}
	if id, word := s.ruleIn(snap, at); id != "" {
		span, parts = word, append(parts, s.describe(snap, id, true))
	}
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if s.await(wait, snap) && snap.err == nil {
		var told []string
		for _, f := range snap.found {
			if f.Span.Start <= at && at <= f.Span.End && !slices.Contains(told, f.Rule) {
				told = append(told, f.Rule)
				parts = append(parts, s.describe(snap, f.Rule, len(told) == 1))
				if fact == "" && (span.Len() == 0 || f.Span.Len() < span.Len()) {
					span = f.Span
				}
			}
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	h := hover{Contents: s.markup(strings.Join(parts, "\n\n---\n\n"))}
	if span.Len() > 0 {
		r := snap.rangeOf(span)
		h.Range = &r
	}
	return h, nil
}

// markup is a text in Markdown; for a client that does not say that it shows it, one in which the signs do not stand.
func (s *server) markup(text string) markup {
	if formats := s.client.TextDocument.Hover.ContentFormat; len(formats) == 0 || slices.Contains(formats, "markdown") {
		return markup{"markdown", text}
	}
	return markup{"plaintext", strings.NewReplacer("**", "", "`", "", "\n\n---\n\n", "\n\n").Replace(link.ReplaceAllString(text, "$1: $2"))}
}

var link = regexp.MustCompile(`\[([^\]]*)\]\(([^)]*)\)`)

// longestInline is the most of a file's text, in characters, that stands in a sentence.
const longestInline = 300

// inline is a text of the file's as Markdown's code, whatever signs are in it.
func inline(text string) string {
	text = strings.NewReplacer("\r", "", "\n", " ").Replace(text)
	if runes := []rune(text); len(runes) > longestInline {
		text = string(runes[:longestInline-1]) + "…"
	}
	fence, pad := "`", ""
	for strings.Contains(text, fence) {
		fence, pad = fence+"`", " "
	}
	return fence + pad + text + pad + fence
}

// describe is a rule's page in short; whole has why it matters too.
func (s *server) describe(snap *snapshot, id string, whole bool) string {
	rule, ok := snap.linter.Catalog().Rule(id)
	if !ok {
		return "`" + id + "`"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** · `%s`", rule.Title, id)
	if rule.Category != "" {
		fmt.Fprintf(&b, " · %s", rule.Category)
	}
	if whole && rule.Description != "" {
		fmt.Fprintf(&b, "\n\n%s", strings.TrimSpace(rule.Description))
	}
	if page := s.opt.Page(rule); page != "" {
		fmt.Fprintf(&b, "\n\n[The rule's page](%s)", page)
	}
	return b.String()
}

// ignoring is a comment that names rules to be ignored, plimline's or another tool's.
var ignoring = regexp.MustCompile(`(?i)^#\s*(plimline|hadolint|check|trivy)\b.*\b(ignore|ignore-stage|ignore-file|skip)\s*[=:]`)

// ruleIn is the rule that the word at an offset names in a comment.
func (s *server) ruleIn(snap *snapshot, at int) (id string, word source.Span) {
	inside := slices.ContainsFunc(commentSpans(snap.model), func(c source.Span) bool {
		return c.Start <= at && at <= c.End && ignoring.MatchString(snap.Text(c))
	})
	if !inside || s.settle(snap) != nil {
		return "", word
	}
	isName := func(c byte) bool {
		return c == '-' || c == '_' || c == '/' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	word = source.Span{Start: at, End: at}
	for word.Start > 0 && isName(snap.Bytes[word.Start-1]) {
		word.Start--
	}
	for word.End < len(snap.Bytes) && isName(snap.Bytes[word.End]) {
		word.End++
	}
	if ids := snap.linter.Catalog().Resolve(snap.Text(word)); len(ids) > 0 && word.Len() > 0 {
		return ids[0], word
	}
	return "", word
}

// commentSpans are the comments and the directives of a file.
func commentSpans(m *stage.Model) []source.Span {
	var out []source.Span
	for _, d := range m.File.Directives {
		out = append(out, d.Span)
	}
	for _, c := range m.File.Comments {
		out = append(out, c.Span)
	}
	return out
}

// fact is what the model knows of the word at an offset.
func (s *server) fact(snap *snapshot, at int) (source.Span, string) {
	m := snap.at(at)
	if m != nil && m.variable != nil {
		return m.span, snap.aboutVariable(m.variable)
	}
	within := func(span source.Span) bool { return span.Start <= at && at <= span.End }
	for _, st := range snap.model.Stages {
		if st.From != nil && within(st.From.Args[0].Span) {
			return st.From.Args[0].Span, snap.aboutBase(st)
		}
		for i, c := range st.Copies {
			if c.FromWord.Span.Len() > 0 && within(c.FromWord.Span) {
				return c.FromWord.Span, s.aboutCopy(snap, st, i)
			}
		}
	}
	if m != nil {
		return m.span, aboutStage(m.stage)
	}
	for _, st := range snap.model.Stages {
		for i, step := range st.Steps {
			if step.Name == "WORKDIR" && len(step.Args) > 0 && within(step.Args[0].Span) {
				after := st.Out
				if i+1 < len(st.Steps) {
					after = st.Steps[i+1].Before
				}
				return step.Args[0].Span, aboutFolder(after.Workdir.Value)
			}
			for _, w := range expanded(step) {
				for _, ref := range dockerfile.Refs(w, snap.model.File.Escape) {
					switch {
					case !within(ref.Span):
					case step.Name == "FROM":
						return ref.Span, fmt.Sprintf("No ARG before the first FROM declares `%s`", ref.Name)
					default:
						return ref.Span, fmt.Sprintf("No ARG or ENV above sets `%s`; the base image may", ref.Name)
					}
				}
			}
		}
	}
	for _, in := range snap.model.File.Instructions {
		if within(in.Span) {
			return word(in, at)
		}
	}
	return source.Span{}, ""
}

func aboutFolder(v stage.Value) string {
	text := fmt.Sprintf("What follows is in %s", inline(v.Text))
	if v.State != stage.Known {
		text += ", " + stateWords(v.State)
	}
	return text
}

func (snap *snapshot) aboutVariable(v *stage.Variable) string {
	var b strings.Builder
	fmt.Fprintf(&b, "`%s`", v.Name)
	switch {
	case v.Kind == stage.VarAutomatic:
		fmt.Fprintf(&b, " is set by BuildKit for each platform")
	case v.HasValue && v.Value.State == stage.Known && v.Value.Text == "":
		b.WriteString(" is empty")
	case v.HasValue && v.Value.State == stage.Known:
		fmt.Fprintf(&b, " = %s", inline(v.Value.Text))
	case v.HasValue:
		fmt.Fprintf(&b, " = %s, %s", inline(v.Value.Text), stateWords(v.Value.State))
	default:
		b.WriteString(" has no value here; `--build-arg` may give it one")
	}
	switch by := v; v.Kind {
	case stage.VarArg, stage.VarGlobalArg:
		if by.Global != nil {
			by = by.Global
		}
		fmt.Fprintf(&b, "\n\nSet by ARG in line %d", snap.lineOf(by.Span.Start)+1)
		if v.HasValue && v.Value.Overridable {
			b.WriteString("; `--build-arg` can change it")
		}
	case stage.VarEnv:
		fmt.Fprintf(&b, "\n\nSet by ENV in line %d", snap.lineOf(v.Span.Start)+1)
	case stage.VarBuildArg:
		b.WriteString("\n\nSet by `build-args` of plimline's configuration, or `--build-arg`")
	case stage.VarBase:
		b.WriteString("\n\nSet by the base image")
	}
	return b.String()
}

func stateWords(s stage.State) string {
	switch s {
	case stage.Automatic:
		return "which depends on the platform"
	case stage.Caller:
		return "which depends on `--build-arg`"
	case stage.Base:
		return "which may depend on the base image"
	}
	return "which is not known"
}

// aboutBase says what a FROM names.
func (snap *snapshot) aboutBase(st *stage.Stage) string {
	switch st.Kind {
	case stage.FromStage:
		return aboutStage(st.Parent)
	case stage.FromScratch:
		return "`scratch`, the empty image"
	case stage.FromContext:
		return fmt.Sprintf("%s, a named build context", inline(st.Base.Text))
	case stage.FromImage:
		return aboutImage(st.Image)
	}
	text := fmt.Sprintf("%s, %s", inline(st.Base.Text), stateWords(st.Base.State))
	for _, name := range st.Base.Missing {
		text += fmt.Sprintf("\n\nNo ARG before the first FROM declares `%s`", name)
	}
	return text
}

// aboutImage is the image with what is not written of its name, and what its name tells of it.
func aboutImage(r image.Reference) string {
	if !r.Valid {
		return fmt.Sprintf("%s is not a valid image name", inline(r.Text))
	}
	whole := r.Repository
	if r.Registry != "" {
		whole = r.Registry + "/" + whole
	}
	switch {
	case r.Tag != "":
		whole += ":" + r.Tag
	case r.Digest == "":
		whole += ":latest"
	}
	if r.Digest != "" {
		whole += "@" + r.Digest
	}
	text := inline(whole)
	var known []string
	add := func(value, words string) {
		if value != "" && value != "unknown" {
			known = append(known, words)
		}
	}
	c := image.Classify(r)
	add(c.Libc, "C library: "+c.Libc)
	add(c.User, "runs as: "+c.User)
	add(c.Shell, "shell: "+c.Shell)
	add(c.Certificates, "CA certificates: "+c.Certificates)
	add(c.Compiler, "C compiler: "+c.Compiler)
	add(c.Go, "go command: "+c.Go)
	if len(known) > 0 {
		text += "\n\nBy its name, " + strings.Join(known, " · ")
	}
	return text
}

func aboutStage(st *stage.Stage) string {
	text := fmt.Sprintf("Stage **%s**", st.Name())
	if st.From != nil {
		text += fmt.Sprintf(", FROM %s", inline(st.From.Args[0].Text))
		if st.Parent == nil && st.Base.Text != st.From.Args[0].Text {
			text += fmt.Sprintf(" (%s)", inline(st.Base.Text))
		}
	}
	if !st.Needed {
		text += "\n\nThe image that is built does not need it"
	}
	return text
}

// aboutCopy says what copy i of a stage takes, and from where.
func (s *server) aboutCopy(snap *snapshot, st *stage.Stage, i int) string {
	c := st.Copies[i]
	var text string
	switch c.Kind {
	case stage.FromStage:
		text = aboutStage(c.From)
	case stage.FromImage:
		text = aboutImage(c.Image)
	case stage.FromContext:
		text = fmt.Sprintf("%s, a named build context", inline(c.FromWord.Text))
	case stage.FromScratch:
		text = "`scratch`, the empty image"
	case stage.FromNothing:
		return map[stage.Refusal]string{
			stage.RefusedNumber:   "No stage has this number",
			stage.RefusedSelf:     "This is the stage itself, from which nothing can be copied",
			stage.RefusedLater:    "This stage comes later, and nothing can be copied from it yet",
			stage.RefusedVariable: "`--from` takes no variables",
		}[c.Refused]
	default:
		return "What this names is not known"
	}
	var analysis *gobuild.Analysis
	if c.Kind == stage.FromStage {
		ctx := s.sources(snap)
		analysis = gobuild.Analyze(snap.model, ctx, ctx.Read())
	}
	for k, src := range c.Sources {
		path := src.Abs
		if path == "" {
			path = src.Text
		}
		text += fmt.Sprintf("\n\n- takes %s", inline(path))
		if analysis == nil {
			continue
		}
		words, builds := analysis.Takes(c, k)
		for _, b := range builds {
			in := analysis.Builds[b]
			which := "which"
			if src.Slash {
				which = "with what"
			}
			text += fmt.Sprintf(", %s %s in line %d makes", which, inline(brief(snap.Text(in.Span))), snap.lineOf(in.Span.Start)+1)
		}
		if len(builds) == 0 && len(words) > 0 {
			text += " (" + strings.Join(words, ", ") + ")"
		}
	}
	return text
}

// detail is a variable's value in a line, for completion.
func detail(v *stage.Variable) string {
	switch {
	case v.Kind == stage.VarAutomatic:
		return "set by BuildKit"
	case v.HasValue:
		return v.Value.Text
	}
	return "no value"
}
