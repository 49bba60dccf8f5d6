package policy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/finding"
)

// Evaluator is an engine with the parameters of its policies. It is immutable and safe for concurrent use.
type Evaluator struct {
	engine *Engine
	store  storage.Store
	// parameters of the policies, complete.
	parameters map[string]map[string]any
}

// RuleError is a rule that failed on a document.
type RuleError struct {
	Rule string
	Err  error
}

// defaultTime is what the rules get for one file when the context has no deadline, and leastTime what each of
// them gets when nothing is left: a rule that cannot be stopped in time is not to cost the others theirs.
const (
	defaultTime = 10 * time.Second
	leastTime   = 50 * time.Millisecond
)

// Prepare makes an evaluator with the policies' parameters: policy id, then parameter. Those not given have their defaults.
func (e *Engine) Prepare(parameters map[string]map[string]any) (*Evaluator, error) {
	complete := map[string]map[string]any{}
	for _, r := range e.catalog.Rules() {
		if r.Parameters != nil {
			complete[r.ID] = maps.Clone(r.Parameters)
		}
	}
	for id, given := range parameters {
		if complete[id] == nil {
			complete[id] = map[string]any{}
		}
		maps.Copy(complete[id], given)
	}
	object := ast.NewObject()
	for id, p := range complete {
		value, err := ast.InterfaceToValue(p)
		if err != nil {
			return nil, fmt.Errorf("parameters of %s: %w", id, err)
		}
		object.Insert(ast.StringTerm(id), ast.NewTerm(value))
	}
	data := ast.NewObject(ast.Item(ast.StringTerm("plimline"), ast.ObjectTerm(ast.Item(ast.StringTerm("parameters"), ast.NewTerm(object)))))
	return &Evaluator{e, inmem.NewFromASTObject(data), complete}, nil
}

// Eval returns what the active rules find in a document, with the severities of the catalogue, sorted, each finding once.
// Every rule is a query of its own that shares what library rules have worked out, so one that fails or takes too long costs
// the others nothing: it gets half of the time that is left, and is named in the errors. When the context ends, the error of the rule that was to be
// next says so, and what has been found until then is returned. An error that concerns all rules has no rule.
func (v *Evaluator) Eval(ctx context.Context, doc *document.Document, active func(rule string) bool) ([]finding.Finding, []RuleError) {
	facts := factsOf(doc)
	asked := func(rule finding.Rule) bool {
		return active(rule.ID) && facts.may(rule) && configured(rule, v.parameters[rule.ID])
	}
	queries, err := v.engine.compiled(asked)
	if err != nil {
		return nil, []RuleError{{"", err}}
	}
	document := v.engine.encoder.encode(doc)
	txn, err := v.store.NewTransaction(ctx)
	if err != nil {
		return nil, []RuleError{{"", err}}
	}
	defer v.store.Abort(ctx, txn)
	// What a library rule gives is worked out once for all rules: every group has the same library.
	native := &realm{store: v.store, txn: txn}
	foreign := &others{source: doc.Source, inputs: map[string]readInput{}, shared: map[string]*realm{}}
	defer foreign.close(ctx)
	watch := newWatch(ctx)
	defer watch.stop()
	var found []finding.Finding
	var failed []RuleError
	note := func(rule string, said verdict, err error) {
		found = append(found, said.found...)
		if topdown.IsCancel(err) {
			err = errTime
		}
		if err = cmp.Or(err, said.err); err != nil {
			failed = append(failed, RuleError{rule, plain(err)})
		}
	}
	var strangers []task[verdict]
	for _, rule := range v.engine.catalog.Rules() {
		if !asked(rule) {
			continue
		}
		q := queries[rule.ID]
		if q.err != nil && rule.External {
			continue // Errors has said so
		}
		if q.err != nil {
			failed = append(failed, RuleError{rule.ID, q.err})
			continue
		}
		m := v.engine.modules[rule.ID]
		own, input := native, document
		if m.other != nil && m.other.dialect != buildx {
			if input, err = foreign.document(m.other); err != nil {
				// Its tool would refuse the file; that BuildKit does is a finding of plimline's.
				found = append(found, finding.Finding{Rule: rule.ID, Severity: rule.Severity, Unknown: true, Message: fmt.Sprintf("not judged: the file does not parse (%v)", err)})
				continue
			}
			if own, err = foreign.realm(ctx, m); err != nil {
				failed = append(failed, RuleError{rule.ID, err})
				continue
			}
		}
		t := &trial{engine: v.engine, rule: m, query: q, realm: own, input: input, foreign: foreign, doc: doc, limit: watch.share}
		if !m.trusted {
			strangers = append(strangers, task[verdict]{rule.ID, watch.share, func(cancel topdown.Cancel) (verdict, error) { return t.judge(ctx, cancel) }})
			continue
		}
		said, err := t.judge(ctx, watch.start())
		if ctx.Err() != nil {
			return distinct(found), append(failed, interrupted(ctx, rule.ID))
		}
		note(rule.ID, said, err)
	}
	outcomes := run(ctx, v.engine.guard, strangers...)
	for i, t := range strangers {
		if i == len(outcomes) || ctx.Err() != nil && outcomes[i].err != nil {
			failed = append(failed, interrupted(ctx, t.name))
			break
		}
		note(t.name, outcomes[i].result, outcomes[i].err)
	}
	return distinct(found), failed
}

func interrupted(ctx context.Context, rule string) RuleError {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return RuleError{rule, errors.New("the time for this file is up; this rule and those after it have not judged it")}
	}
	return RuleError{rule, ctx.Err()}
}

// trial is a rule and what it is to judge.
type trial struct {
	engine  *Engine
	rule    *module
	query   query
	realm   *realm
	input   *ast.Term
	foreign *others
	doc     *document.Document
	limit   func() time.Duration // the time it gets
}

// verdict is what a rule says of a file, and what is wrong with that.
type verdict struct {
	found []finding.Finding
	err   error
}

func (t *trial) judge(ctx context.Context, cancel topdown.Cancel) (said verdict, err error) {
	start, limit := time.Now(), t.limit()
	cache := t.realm.lend()
	defer func() { t.realm.back(cache, err) }()
	other := t.rule.other
	if other != nil && other.dialect == buildx {
		if said.found, err = decide(ctx, t.rule, t.query, t.doc, cancel); topdown.IsCancel(err) {
			return said, err
		} else if err != nil {
			said.err = plain(err)
		}
		return said, nil
	}
	result, err := t.ask(ctx, cancel, cache, t.query.body)
	if err != nil || result == nil {
		return verdict{}, err
	}
	if other == nil {
		said.found, said.err = decode(cancel, t.rule.rule, result, t.doc.Span[1])
		return said, nil
	}
	if other.excepted {
		if exceptions, err := t.ask(ctx, cancel, cache, askFor(other.pkg, "exception")); err != nil || excepted(exceptions, other.name) {
			return verdict{}, err
		}
	}
	said.found, said.err = t.foreign.findings(cancel, t.rule.rule, other, result, func(p *provenance) {
		// All that a rule is made of has to be seen. What is not, in half of the time that is left, is not known, no more.
		rest := (limit - time.Since(start)) / 2
		_, _ = t.ask(ctx, until{cancel, time.Now().Add(rest)}, topdown.NewVirtualCache(), t.query.body, p)
	})
	return said, nil
}

// until is cancelled at some time, if not before.
type until struct {
	cancel topdown.Cancel
	end    time.Time
}

func (u until) Cancel()         { u.cancel.Cancel() }
func (u until) Cancelled() bool { return u.cancel.Cancelled() || time.Now().After(u.end) }

func (t *trial) ask(ctx context.Context, cancel topdown.Cancel, cache topdown.VirtualCache, body ast.Body, tracers ...topdown.QueryTracer) (result ast.Value, err error) {
	query := topdown.NewQuery(body).WithCompiler(t.query.compiler).WithStore(t.realm.store).WithTransaction(t.realm.txn).
		WithInput(t.input).WithVirtualCache(cache).WithCancel(cancel).WithMetrics(metrics.NoOp())
	switch {
	case t.rule.other != nil:
		query = query.WithBuiltins(t.engine.builtins)
	case !t.rule.trusted:
		query = query.WithBuiltins(boundedBuiltins())
	}
	for _, tracer := range tracers {
		query = query.WithQueryTracer(tracer)
	}
	if t.engine.cover != nil && t.rule.source != nil {
		query = query.WithQueryTracer(t.engine.cover)
	}
	return result, query.Iter(ctx, func(r topdown.QueryResult) error {
		result = r[ast.Var("findings")].Value
		return nil
	})
}

// distinct sorts the findings and drops those with the rule, place and message of another. What is certain goes before what is unknown.
func distinct(found []finding.Finding) []finding.Finding {
	slices.SortStableFunc(found, func(a, b finding.Finding) int {
		if c := finding.Compare(a, b); c != 0 || a.Unknown == b.Unknown {
			return c
		} else if a.Unknown {
			return 1
		}
		return -1
	})
	return slices.CompactFunc(found, func(a, b finding.Finding) bool { return finding.Compare(a, b) == 0 })
}

// plain is a runtime error as "file:line: message".
func plain(err error) error {
	var e *topdown.Error
	if errors.As(err, &e) && e.Location != nil {
		return fmt.Errorf("%s:%d: %s", e.Location.File, e.Location.Row, e.Message)
	}
	return err
}

// watch stops a rule that takes more than half of the time left.
type watch struct {
	ctx      context.Context
	deadline time.Time
	cancel   topdown.Cancel
	timer    *time.Timer
	unhook   func() bool
}

func newWatch(ctx context.Context) *watch {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(defaultTime)
	}
	return &watch{ctx: ctx, deadline: deadline}
}

// start begins the time of the next rule and returns what will cancel it. A timer that has gone off
// may have cancelled, or be about to cancel, the rule before: it is not used again.
func (w *watch) start() topdown.Cancel {
	share := w.share()
	if w.timer != nil && w.timer.Stop() {
		w.timer.Reset(share)
		return w.cancel
	}
	w.stop()
	w.cancel = topdown.NewCancel()
	w.timer = time.AfterFunc(share, w.cancel.Cancel)
	w.unhook = context.AfterFunc(w.ctx, w.cancel.Cancel)
	return w.cancel
}

// share is the time that the next rule gets.
func (w *watch) share() time.Duration { return max(time.Until(w.deadline)/2, leastTime) }

func (w *watch) stop() {
	if w.timer != nil {
		w.timer.Stop()
		w.unhook()
	}
}
