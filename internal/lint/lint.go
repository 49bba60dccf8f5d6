// Package lint is the pipe from a Dockerfile's bytes to its findings.
package lint

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/config"
	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/gobuild"
	"github.com/plimline/plimline/internal/ignore"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/shellcheck"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

// Linter judges files. It is safe for concurrent use.
type Linter struct {
	engine     *policy.Engine
	contexts   []string
	mu         sync.Mutex
	evaluators map[string]*policy.Evaluator // by Settings.ParametersKey
}

// New makes a linter of the engine's rules. contexts are the names of additional build contexts.
func New(engine *policy.Engine, contexts []string) *Linter {
	return &Linter{engine: engine, contexts: contexts, evaluators: map[string]*policy.Evaluator{}}
}

// today is the day that it still is somewhere on earth: what holds up to the end of a day holds as long on every machine.
func today(now time.Time) string {
	return now.In(time.FixedZone("UTC-12", -12*60*60)).Format(time.DateOnly)
}

// Catalog is the engine's rules.
func (l *Linter) Catalog() *finding.Catalog { return l.engine.Catalog() }

// Read takes a Dockerfile apart, with what the build context says of its Go programs.
func Read(src *source.File, opt stage.Options, ctx buildcontext.Context) *document.Document {
	doc, _ := read(src, opt, ctx)
	return doc
}

func read(src *source.File, opt stage.Options, ctx buildcontext.Context) (*document.Document, *stage.Model) {
	model := stage.Resolve(dockerfile.Parse(src), opt)
	files := contextOf(model, ctx)
	return document.New(model, gobuild.Analyze(model, ctx, files), files), model
}

// contextOf looks at the build context when something is copied from it.
func contextOf(m *stage.Model, ctx buildcontext.Context) *buildcontext.Files {
	for _, s := range m.Stages {
		for _, c := range s.Copies {
			if c.Kind == stage.FromMain {
				return ctx.Read()
			}
		}
	}
	return nil
}

// File returns the findings for one file, judged with the sources in its build context, sorted, the suppressed ones marked.
// Rules that fail, and those for which the context's deadline leaves no time, are findings of the rule finding.Faulty. The error says that the
// context was cancelled, or that a policy's parameters do not fit.
//
// said is what ShellCheck has said of the file's Scripts; nil when it was not asked.
func (l *Linter) File(ctx context.Context, src *source.File, sources buildcontext.Context, set *config.Settings, said ...shellcheck.Comment) ([]finding.Finding, error) {
	evaluator, err := l.evaluator(set)
	if err != nil {
		return nil, err
	}
	doc, model := read(src, l.Options(set), sources)
	if !model.HasTarget() {
		return nil, fmt.Errorf("no stage is called %q%s", set.Target, closestStage(model))
	}
	found, failures := evaluator.Eval(ctx, doc, set.Active)
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return nil, err
	}
	for _, f := range failures {
		what := "the rules"
		if f.Rule != "" {
			what = "rule " + f.Rule
		}
		found = append(found, finding.Finding{Rule: finding.Faulty, Message: fmt.Sprintf("%s: %v", what, f.Err)})
	}
	shell := slices.DeleteFunc(l.Comments(said), func(f finding.Finding) bool { return !set.Active(f.Rule) })
	comments := ignore.Parse(model.File, l.engine.Catalog(), ignore.Options{Today: today(time.Now()), RequireReason: set.RequireReason})
	// What is left out for ShellCheck's sake counts here: whether a comment is unused is not to depend on who runs it.
	own := len(found)
	found = comments.Apply(append(found, shell...), func(rule string) bool {
		return set.Active(rule) && (said != nil || !finding.IsShellCheck(rule) && rule != finding.ShellCheck)
	})
	if said != nil {
		others := slices.Clone(found[own+len(shell):])
		found = append(l.merged(found[:own:own], found[own:own+len(shell)], shellTexts(model)), others...)
	}
	found = slices.DeleteFunc(found, func(f finding.Finding) bool { return set.Severity(f.Rule) == finding.Off })
	for i := range found {
		// ShellCheck has levels of its own for what no rule of ours says.
		rule, severity := found[i].Rule, set.Severity(found[i].Rule)
		if !finding.IsShellCheck(rule) || severity != finding.Warning || set.OwnSeverity(rule) {
			found[i].Severity = severity
		}
		// The file asks this of BuildKit's checks, which not all rules stand for. Who gives a rule another severity has the last word.
		if r, _ := l.Catalog().Rule(rule); comments.ErrorOnWarning() && severity == r.Severity && standsForBuildKit(r) {
			found[i].Severity = finding.Error
		}
	}
	slices.SortStableFunc(found, finding.Compare)
	return found, nil
}

func standsForBuildKit(r finding.Rule) bool {
	return slices.ContainsFunc(r.Aliases, func(alias string) bool { return strings.HasPrefix(alias, "buildkit/") })
}

// Options are what settings say of the build.
func (l *Linter) Options(set *config.Settings) stage.Options {
	return stage.Options{
		Target: set.Target, BuildArgs: set.BuildArgs, CallersArgs: set.CallersArgs, Contexts: slices.Concat(l.contexts, set.Contexts),
	}
}

// evaluator is shared by files whose settings give the policies the same parameters.
func (l *Linter) evaluator(set *config.Settings) (*policy.Evaluator, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.evaluators[set.ParametersKey]; ok {
		return e, nil
	}
	e, err := l.engine.Prepare(set.Parameters)
	if err != nil {
		return nil, fmt.Errorf("prepare the policies: %w", err)
	}
	l.evaluators[set.ParametersKey] = e
	return e, nil
}

// closestStage suggests a stage for a target that is none.
func closestStage(m *stage.Model) string {
	var names []string
	for _, s := range m.Stages {
		if s.Alias.Text != "" {
			names = append(names, s.Alias.Text)
		}
	}
	if name := finding.Closest(m.Options.Target, names); name != "" {
		return fmt.Sprintf("; did you mean %q?", name)
	}
	return ""
}
