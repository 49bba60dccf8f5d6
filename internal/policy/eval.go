package policy

import (
	"context"
	"errors"
	"fmt"
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
}

// RuleError is a rule that failed on a document.
type RuleError struct {
	Rule string
	Err  error
}

// defaultTime is what the rules get for one file when the context has no deadline.
const defaultTime = 10 * time.Second

// Prepare makes an evaluator with the policies' parameters: policy id, then parameter.
func (e *Engine) Prepare(parameters map[string]map[string]any) (*Evaluator, error) {
	object := ast.NewObject()
	for id, p := range parameters {
		value, err := ast.InterfaceToValue(p)
		if err != nil {
			return nil, fmt.Errorf("parameters of %s: %w", id, err)
		}
		object.Insert(ast.StringTerm(id), ast.NewTerm(value))
	}
	data := ast.NewObject(ast.Item(ast.StringTerm("plimline"), ast.ObjectTerm(ast.Item(ast.StringTerm("parameters"), ast.NewTerm(object)))))
	return &Evaluator{e, inmem.NewFromASTObject(data)}, nil
}

// Eval returns what the active rules find in a document, in the order of the rules. Every rule is a query of its own that shares
// what library rules have worked out, so one that fails or takes too long costs the others nothing:
// it gets half of the time that is left, and is named in the errors.
func (v *Evaluator) Eval(ctx context.Context, doc *document.Document, active func(rule string) bool) ([]finding.Finding, []RuleError) {
	input := v.engine.encoder.encode(doc)
	txn, err := v.store.NewTransaction(ctx)
	if err != nil {
		return nil, []RuleError{{"", err}}
	}
	defer v.store.Abort(ctx, txn)
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(defaultTime)
	}
	// What a library rule gives is worked out once for all rules compiled with it.
	caches := map[*ast.Compiler]topdown.VirtualCache{}
	clock := newWatch(ctx, deadline)
	defer clock.stop()
	var found []finding.Finding
	var failed []RuleError
	for _, rule := range v.engine.catalog.Rules() {
		if !active(rule.ID) {
			continue
		}
		var result ast.Value
		q := v.engine.queries[rule.ID]
		if caches[q.compiler] == nil {
			caches[q.compiler] = topdown.NewVirtualCache()
		}
		query := topdown.NewQuery(q.body).WithCompiler(q.compiler).WithStore(v.store).
			WithTransaction(txn).WithInput(input).WithVirtualCache(caches[q.compiler]).WithCancel(clock.cancel).WithMetrics(metrics.NoOp())
		err := query.Iter(ctx, func(r topdown.QueryResult) error {
			result = r[ast.Var("findings")].Value
			return nil
		})
		if err != nil {
			delete(caches, q.compiler)
			if topdown.IsCancel(err) {
				err = errors.New("it took too long and was stopped")
				clock.restart()
			}
			failed = append(failed, RuleError{rule.ID, plain(err)})
			continue
		}
		if result == nil {
			continue
		}
		list, err := decode(rule.ID, result, doc.Span[1])
		if err != nil {
			failed = append(failed, RuleError{rule.ID, err})
		}
		found = append(found, list...)
	}
	return found, failed
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

func newWatch(ctx context.Context, deadline time.Time) *watch {
	w := &watch{ctx: ctx, deadline: deadline}
	w.restart()
	return w
}

func (w *watch) restart() {
	w.stop()
	cancel := topdown.NewCancel()
	w.cancel = cancel
	w.timer = time.AfterFunc(time.Until(w.deadline)/2, cancel.Cancel)
	w.unhook = context.AfterFunc(w.ctx, cancel.Cancel)
}

func (w *watch) stop() {
	if w.timer != nil {
		w.timer.Stop()
		w.unhook()
	}
}
