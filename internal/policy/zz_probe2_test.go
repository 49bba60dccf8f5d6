package policy

import (
	"context"
	"os"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/gobuild"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/stage"
)

func probeDoc(b *testing.B) *document.Document {
	text, err := os.ReadFile("../../testdata/mission/Dockerfile")
	if err != nil { b.Fatal(err) }
	m := stage.Resolve(dockerfile.Parse(source.NewFile("Dockerfile", text)), stage.Options{})
	return document.New(m, gobuild.Analyze(m, gobuild.Context{}))
}

func BenchmarkProbeCombined(b *testing.B) {
	ctx := context.Background()
	e, _ := LoadBuiltin(ctx)
	v, _ := e.Prepare(nil)
	doc := probeDoc(b)
	in := e.encoder.encode(doc)
	var pairs [][2]*ast.Term
	for _, r := range e.catalog.Rules() {
		g := "rules"; if r.Kind == "policy" { g = "policies" }
		pairs = append(pairs, [2]*ast.Term{ast.StringTerm(r.ID), ast.NewTerm(ast.Ref{ast.DefaultRootDocument, ast.StringTerm("plimline"), ast.StringTerm(g), ast.StringTerm(r.ID), ast.StringTerm("findings")})})
	}
	body, err := e.compiler.QueryCompiler().Compile(ast.NewBody(ast.Equality.Expr(ast.VarTerm("x"), ast.ObjectTerm(pairs...))))
	if err != nil { b.Fatal(err) }
	txn, _ := v.store.NewTransaction(ctx)
	b.Run("combined", func(b *testing.B) { for b.Loop() {
		n := 0
		err := topdown.NewQuery(body).WithCompiler(e.compiler).WithStore(v.store).WithTransaction(txn).WithInput(in).WithMetrics(metrics.NoOp()).Iter(ctx, func(topdown.QueryResult) error { n++; return nil })
		if err != nil || n != 1 { b.Fatal(err, n) }
	}})
	b.Run("each", func(b *testing.B) { for b.Loop() {
		cache := topdown.NewVirtualCache()
		for _, r := range e.catalog.Rules() {
			err := topdown.NewQuery(e.queries[r.ID]).WithCompiler(e.compiler).WithStore(v.store).WithTransaction(txn).WithInput(in).WithVirtualCache(cache).WithMetrics(metrics.NoOp()).Iter(ctx, func(topdown.QueryResult) error { return nil })
			if err != nil { b.Fatal(err) }
		}
	}})
	b.Run("encode", func(b *testing.B) { for b.Loop() { e.encoder.encode(doc) } })
}
