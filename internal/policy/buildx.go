package policy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/types"

	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/foreign"
	"github.com/plimline/plimline/internal/image"
	"github.com/plimline/plimline/internal/source"
)

// decision is the rule that buildx asks of a build policy's package docker: whether a source may be used, and why not.
const decision = "decision"

var buildPackage = ast.Ref{ast.DefaultRootDocument, ast.InternedTerm("docker")}

// isBuildPolicy reports whether a file is a build policy of Docker's.
func (m *module) isBuildPolicy() bool {
	return m.module != nil && m.module.Package.Path.Equal(buildPackage) &&
		slices.ContainsFunc(m.module.Rules, func(r *ast.Rule) bool { return r.Head.Name == decision })
}

// buildPolicies are the rules of build policies. Each file is one, and what it imports lies in files that are called like it: data.a.b in a/b.rego.
func buildPolicies(files []*module) []*module {
	var out []*module
	for _, file := range files {
		m := &module{file: file.file, name: file.name, source: file.source, kind: finding.KindPolicy}
		id := "docker-" + decision
		if len(files) > 1 {
			id += "-" + slug(strings.TrimSuffix(path.Base(file.name), ".rego"))
		}
		meta := &annotation{tool: buildx}
		for _, a := range file.module.Annotations {
			if a.Scope == "package" {
				meta.annotations(a)
			}
		}
		m.rule = meta.rule(id)
		m.rule.Kind, m.rule.Category, m.rule.External = finding.KindPolicy, "policy", true
		m.rule.Aliases = append(m.rule.Aliases, string(buildx)+"/"+path.Base(file.name))
		m.id = m.rule.ID
		m.other = &otherRule{dialect: buildx, pkg: buildPackage, name: decision, files: imported(file)}
		out = append(out, m)
	}
	return out
}

// imported are a file and what it imports.
func imported(file *module) []*module {
	out := []*module{file}
	for i := 0; i < len(out); i++ {
		if out[i].module == nil {
			continue
		}
		for _, im := range out[i].module.Imports {
			ref, ok := im.Path.Value.(ast.Ref)
			if !ok || !ref[0].Equal(ast.DefaultRootDocument) {
				continue
			}
			name := path.Join(refNames(ref)[1:]...) + ".rego"
			if slices.ContainsFunc(out, func(m *module) bool { return m.name == name }) {
				continue
			}
			m := &module{file: file.source.Source.path(name), name: name, source: file.source}
			if text, err := readFile(file.source.FS, name, maxRego); err != nil {
				m.err = fmt.Errorf("%s:%d: %s is imported, and there is no %s", out[i].file, im.Location.Row, ref, m.file)
			} else {
				m.text = text
				if m.parseOther(); m.module != nil {
					// To its importers it is called like its file.
					m.module.Package.Path = slices.Clone(ref)
				}
			}
			out = append(out, m)
		}
	}
	return out
}

// buildBuiltins are what buildx adds for build policies. The file alone does not tell what they look at, but for load_json and pin_image.
var buildBuiltins = sync.OnceValue(func() []*ast.Builtin {
	word, thing, yes := types.S, types.A, types.B
	var out []*ast.Builtin
	for _, f := range []struct {
		name   string
		args   []types.Type
		result types.Type
	}{
		{"load_json", []types.Type{word}, thing},
		{"pin_image", []types.Type{thing, word}, yes},
		{"verify_git_signature", []types.Type{thing, word}, yes},
		{"verify_http_pgp_signature", []types.Type{thing, word, word}, yes},
		{"artifact_attestation", []types.Type{thing, word}, thing},
		{"github_attestation", []types.Type{thing, word}, thing},
		{"docker_github_builder", []types.Type{thing, word}, yes},
		{"docker_github_builder_tag", []types.Type{thing, word, word}, yes},
		{"docker_github_builder_signature", []types.Type{thing, word}, yes},
		{"docker_github_builder_bundle", []types.Type{thing, word, word}, yes},
		{"github_release_attestation", []types.Type{thing}, thing},
	} {
		out = append(out, &ast.Builtin{Name: f.name, Decl: types.NewFunction(types.Args(f.args...), f.result)})
	}
	return out
})

var githubRelease = regexp.MustCompile(`^/[^/]+/[^/]+/releases/download/[^/]+/.`)

// buildFunctions are buildBuiltins for a policy; unknown notes what a decision depends on that they would have to ask for.
func buildFunctions(s *userSource, unknown map[string]bool) map[string]*topdown.Builtin {
	asks := func(field string, answer *ast.Term) func([]*ast.Term) (*ast.Term, error) {
		return func([]*ast.Term) (*ast.Term, error) {
			unknown[field] = true
			return answer, nil
		}
	}
	no := ast.InternedTerm(false)
	functions := map[string]func([]*ast.Term) (*ast.Term, error){
		"load_json": func(x []*ast.Term) (*ast.Term, error) {
			name, _ := x[0].Value.(ast.String)
			text, err := readFile(s.sealed(), path.Clean(string(name)), maxData)
			if err != nil {
				return nil, pathless(err)
			}
			var content any
			if err := json.Unmarshal(text, &content); err != nil {
				return nil, err
			}
			value, err := ast.InterfaceToValue(content)
			return ast.NewTerm(value), err
		},
		"pin_image":            func([]*ast.Term) (*ast.Term, error) { return ast.InternedTerm(true), nil },
		"verify_git_signature": asks("git.commit", no),
		"verify_http_pgp_signature": func(x []*ast.Term) (*ast.Term, error) {
			for _, t := range x[1:] {
				name, _ := t.Value.(ast.String)
				if _, err := fs.Stat(s.sealed(), path.Clean(string(name))); err != nil {
					return nil, pathless(err)
				}
			}
			unknown["http.checksum"] = true
			return no, nil
		},
		"artifact_attestation":            asks("http.checksum", nil),
		"github_attestation":              asks("http.checksum", nil),
		"docker_github_builder":           asks("image.signatures", nil),
		"docker_github_builder_tag":       asks("image.signatures", nil),
		"docker_github_builder_signature": asks("image.signatures", nil),
		"docker_github_builder_bundle":    asks("http.checksum", nil),
		"github_release_attestation": func(x []*ast.Term) (*ast.Term, error) {
			object, _ := x[0].Value.(ast.Object)
			if object == nil {
				return nil, nil
			}
			host, _ := text(object, "host")
			schema, _ := text(object, "schema")
			if file, _ := text(object, "path"); host == "github.com" && schema == "https" && githubRelease.MatchString(file) {
				unknown["http.checksum"] = true
			}
			return nil, nil
		},
	}
	out := maps.Clone(boundedBuiltins())
	for _, b := range buildBuiltins() {
		out[b.Name] = &topdown.Builtin{Decl: b, Func: func(_ topdown.BuiltinContext, operands []*ast.Term, iter func(*ast.Term) error) error {
			result, err := functions[b.Name](operands)
			if err != nil || result == nil {
				return err
			}
			return iter(result)
		}}
	}
	return out
}

// compileBuildPolicy compiles a build policy with what it imports.
func compileBuildPolicy(ctx context.Context, guard *guard, m *module) query {
	modules := map[string]*ast.Module{}
	for _, file := range m.other.files {
		if file.err != nil {
			m.err = file.err
			return query{err: m.err}
		}
		modules[file.file] = file.module
	}
	capabilities := *otherCapabilities()
	capabilities.Builtins = slices.Concat(capabilities.Builtins, buildBuiltins())
	compiler := limit(ast.NewCompiler()).WithCapabilities(&capabilities)
	err := tooLarge(m.other.files)
	if err == nil {
		err = guard.compile(ctx, m.file, compiler, modules)
	}
	if err != nil {
		m.err = fmt.Errorf("%s: cannot be used: %w", m.file, err)
		return query{err: m.err}
	}
	if compiler.Failed() {
		m.err = compileError(compiler.Errors)
		return query{err: m.err}
	}
	return query{body: askFor(buildPackage, decision), compiler: compiler}
}

// fetched is something that a build fetches from elsewhere, and where the file says so.
type fetched struct {
	foreign.BuildSource
	text string
	span document.Span
	// why it is not known what it is; "" when it is.
	why string
}

// fetches are what a build of a Dockerfile fetches: its frontend, the images of the stages that it needs, and what ADD gets from elsewhere.
func fetches(doc *document.Document) []fetched {
	var out []fetched
	if doc.Template {
		return nil
	}
	add := func(i document.Image, state, platform string) {
		f := fetched{text: i.Text, span: i.Span}
		if state != "known" || i.Repository == "" || i.Registry == "" {
			f.why = "which image it is"
		} else {
			f.BuildSource = foreign.Image(i.Registry, i.Repository, i.Familiar, i.Tag, i.Digest, platform)
		}
		out = append(out, f)
	}
	for _, d := range doc.Directives {
		if at := strings.LastIndex(doc.Source.Text(source.Span{Start: d.Span[0], End: d.Span[1]}), d.Value); d.Name == "syntax" && at >= 0 {
			r := image.Parse(d.Value)
			start := d.Span[0] + at
			add(document.Image{
				Text: d.Value, Span: document.Span{start, start + len(d.Value)}, Registry: r.Registry, Repository: r.Repository, Familiar: r.Familiar, Tag: r.Tag, Digest: r.Digest,
			}, "known", "")
		}
	}
	needed := func(stage *int) bool { return stage != nil && (doc.Stages[*stage].Needed || doc.Stages[*stage].Final) }
	for _, s := range doc.Stages {
		if !needed(&s.Index) || s.From == nil || s.From.Kind != "image" && s.From.Kind != "unknown" {
			continue
		}
		platform := ""
		if s.From.Platform != nil && s.From.Platform.State == "known" {
			platform = s.From.Platform.Value
		}
		add(s.From.Image, s.From.State, platform)
	}
	for _, c := range doc.Copies {
		if needed(&c.Into) && c.Image != nil && c.From != nil && c.Kind == "image" {
			add(*c.Image, c.From.State, "")
		}
	}
	for _, in := range doc.By.Add {
		if !needed(in.Stage) || len(in.Args) < 2 {
			continue
		}
		checksum := ""
		for _, flag := range in.Flags {
			if flag.Name == "checksum" && flag.Value != nil && flag.Value.State == "known" {
				checksum = flag.Value.Value
			}
		}
		for _, arg := range in.Args[:len(in.Args)-1] {
			source, is := foreign.Remote(arg.Value, checksum)
			if !is {
				continue
			}
			f := fetched{BuildSource: source, text: arg.Value, span: arg.Span}
			if arg.State != "known" {
				f.why = "what it is"
			}
			out = append(out, f)
		}
	}
	return out
}

// howBuilt are what only who calls the build knows.
var howBuilt = []string{"env.args", "env.labels", "env.target"}

// decide asks a build policy about all that a build of a file fetches. A source that it does not allow is a finding at its reference; one that it
// decides about by what the file does not say is an unknown.
func decide(ctx context.Context, m *module, q query, doc *document.Document, cancel topdown.Cancel) ([]finding.Finding, error) {
	store := inmem.NewFromASTObject(ast.NewObject())
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	defer store.Abort(ctx, txn)
	var out []finding.Finding
	for _, f := range fetches(doc) {
		say := func(unknown bool, message string) {
			out = append(out, finding.Finding{
				Rule: m.rule.ID, Severity: m.rule.Severity, Span: source.Span{Start: f.span[0], End: f.span[1]}, Unknown: unknown, Message: message,
			})
		}
		if f.why != "" {
			say(true, fmt.Sprintf("whether %s is allowed depends on %s, which the file does not say", f.text, f.why))
			continue
		}
		f.Input["env"] = map[string]any{"filename": filepath.Base(doc.Path), "depth": 0}
		input, err := ast.InterfaceToValue(f.Input)
		if err != nil {
			return out, err
		}
		asked := map[string]bool{}
		ask := func() *topdown.Query {
			return topdown.NewQuery(q.body).WithCompiler(q.compiler).WithStore(store).WithTransaction(txn).WithInput(ast.NewTerm(input)).
				WithMetrics(metrics.NoOp()).WithBuiltins(buildFunctions(m.source, asked)).WithCancel(cancel)
		}
		unknown := slices.Concat(f.Unknown, howBuilt)
		terms := make([]*ast.Term, len(unknown))
		for i, field := range unknown {
			terms[i] = ast.MustParseTerm("input." + field)
		}
		left, support, err := ask().WithUnknowns(terms).WithSkipPartialNamespace(true).PartialRun(ctx)
		if err != nil {
			return out, err
		}
		// Of what is left of the policy buildx looks at the rules only, and takes what the query itself still asks for as not there.
		for _, field := range fieldsOf(nil, support) {
			if slices.Contains(unknown, field) {
				asked[field] = true
			}
		}
		for _, field := range fieldsOf(left, support) {
			if slices.Contains(howBuilt, field) {
				asked[field] = true
			}
		}
		var result ast.Value
		if len(asked) == 0 {
			err = ask().Iter(ctx, func(r topdown.QueryResult) error {
				result = r[ast.Var("findings")].Value
				return nil
			})
			if err != nil {
				return out, err
			}
		}
		if len(asked) > 0 {
			say(true, fmt.Sprintf("whether %s is allowed depends on %s, which the file does not say", f.text, strings.Join(slices.Sorted(maps.Keys(asked)), ", ")))
			continue
		}
		allowed, messages, err := readDecision(result)
		if err != nil {
			say(false, fmt.Sprintf("the build policy fails on %s: %v", f.text, err))
			continue
		}
		if allowed {
			continue
		}
		if len(messages) == 0 {
			messages = []string{fmt.Sprintf("the build policy does not allow %s", f.text)}
		}
		for _, message := range messages {
			say(false, message)
		}
	}
	return out, nil
}

// fieldsOf are the fields of input that what is left of a policy reads, such as "image.checksum".
func fieldsOf(left []ast.Body, support []*ast.Module) []string {
	var out []string
	note := func(r ast.Ref) bool {
		if names := refNames(r); r.HasPrefix(ast.InputRootRef) && len(names) > 2 {
			out = append(out, names[1]+"."+names[2])
		}
		return false
	}
	for _, body := range left {
		ast.WalkRefs(body, note)
	}
	for _, m := range support {
		ast.WalkRefs(m, note)
	}
	return out
}

// readDecision reads what a build policy says: without "allow" it does not.
func readDecision(v ast.Value) (allowed bool, messages []string, err error) {
	object, ok := v.(ast.Object)
	if !ok {
		return false, nil, errors.New("it has no decision")
	}
	if allow := object.Get(ast.StringTerm("allow")); allow != nil {
		b, ok := allow.Value.(ast.Boolean)
		if !ok {
			return false, nil, fmt.Errorf("decision.allow is neither true nor false: %s", brief(allow.Value))
		}
		allowed = bool(b)
	}
	if list := object.Get(ast.StringTerm("deny_msg")); list != nil {
		values(list.Value, func(t *ast.Term) {
			if s, ok := t.Value.(ast.String); ok {
				messages = append(messages, string(s))
			}
		})
	}
	return allowed, messages, nil
}
