package policy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/plimline/plimline/internal/finding"
)

// dialect is the tool that a policy is written for.
type dialect string

const (
	conftest dialect = "conftest"
	trivy    dialect = "trivy"
	buildx   dialect = "buildx"
)

// otherRule is a rule of a policy that is written for another tool.
type otherRule struct {
	dialect dialect
	pkg     ast.Ref
	name    string    // of the Rego rule, such as deny_root
	files   []*module // that can have a say in it: what they read, all the way down
	// combined is true for a policy of conftest's that judges several files at once.
	combined bool
	// excepted is true when the package has conftest's exception rules.
	excepted bool
}

// judged are the names of the rules that conftest evaluates; Trivy takes those that begin with deny.
var judged = regexp.MustCompile(`^(deny|violation|warn)(_[a-zA-Z0-9]+)*$`)

// parseOther parses a file for another tool, in today's Rego or, when it is not that, in that before OPA 1.0.
func (m *module) parseOther() {
	if m.module != nil || m.err != nil {
		return
	}
	if m.err = m.room(); m.err != nil {
		return
	}
	var err error
	if m.module, err = m.parseAs(ast.RegoV1); err == nil || m.parseOld() {
		m.err = m.measure()
		return
	}
	m.err = err
	var list ast.Errors
	if errors.As(err, &list) {
		m.err = compileError(list)
	}
}

func (m *module) parseAs(version ast.RegoVersion) (*ast.Module, error) {
	options := ast.ParserOptions{ProcessAnnotation: true, RegoVersion: version, Capabilities: otherCapabilities()}
	if version == ast.RegoV0 {
		options.Capabilities = ast.CapabilitiesForThisVersion(ast.CapabilitiesRegoVersion(version))
	}
	return ast.ParseModuleWithOpts(m.file, string(m.text), options)
}

// parseOld parses a file once more in the Rego before OPA 1.0, of which it may be when today's parser takes it: re_match is gone since.
func (m *module) parseOld() bool {
	old, err := m.parseAs(ast.RegoV0)
	if m.old || err != nil {
		return false
	}
	m.module, m.old = old, true
	return true
}

// otherRules are the rules in the files of sources that are for other tools. A package is one wherever it lies, as with conftest --policy A
// --policy B; what its files read is looked for in their own source first, and then in the others.
func otherRules(ctx context.Context, guard *guard, all []*userSource) []*module {
	var out, builds []*module
	packages := map[string][]*module{}
	for _, s := range all {
		each(s.others, (*module).parseOther)
		for _, m := range s.others {
			if m.err != nil {
				out = append(out, m)
				continue
			}
			if m.isBuildPolicy() {
				builds = append(builds, m)
				continue
			}
			name := m.module.Package.Path.String()
			packages[name] = append(packages[name], m)
		}
	}
	out = append(out, buildPolicies(builds)...)
	taken := map[string]*module{}
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		for _, m := range rulesOf(ctx, guard, packages[name], all) {
			if first := taken[m.id]; first != nil && m.id != "" {
				m.id += "-" + slug(strings.TrimPrefix(name, "data."))
			}
			taken[m.id] = m
			m.rule.ID = m.id
			out = append(out, m)
		}
	}
	return out
}

// reads reports whether something in a source has a say in a rule for another tool.
func (m *module) reads(s *userSource) bool {
	return m.other != nil && slices.ContainsFunc(m.other.files, func(file *module) bool { return file.source == s })
}

// rulesOf are the rules of a package.
func rulesOf(ctx context.Context, guard *guard, files []*module, all []*userSource) []*module {
	pkg := files[0].module.Package.Path
	kind, meta := conftest, (*annotation)(nil)
	if isTrivys(files) {
		kind = trivy
		meta = trivyMetadata(ctx, guard, files, all)
		if meta.library || !meta.dockerfile {
			return nil
		}
	}
	rules := map[string][]*ast.Rule{}
	from := map[string]*module{}
	excepted := false
	for _, m := range files {
		for _, r := range m.module.Rules {
			name := string(r.Head.Name)
			excepted = excepted || name == "exception"
			if kind == conftest && !judged.MatchString(name) || kind == trivy && name != "deny" && !strings.HasPrefix(name, "deny_") {
				continue
			}
			rules[name] = append(rules[name], r)
			if from[name] == nil {
				from[name] = m
			}
		}
	}
	if kind == conftest {
		if !ofDockerfiles(pkg, files) {
			return nil
		}
		if wrong := nothingContained(files); wrong != nil {
			return []*module{wrong}
		}
	}
	if len(rules) == 0 {
		return nil
	}
	reached := reach(files, all)
	var out []*module
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		file := from[name]
		m := &module{file: file.file, name: file.name, kind: finding.KindPolicy, source: files[0].source}
		m.other = &otherRule{dialect: kind, pkg: pkg, name: name, files: reached, excepted: excepted && kind == conftest, combined: combined(files)}
		if kind == trivy {
			m.rule = meta.rule(cmp.Or(meta.id, slug(strings.TrimPrefix(pkg.String(), "data."))))
			if name != "deny" && len(rules) > 1 {
				m.rule.ID += slug(strings.TrimPrefix(name, "deny"))
			}
		} else {
			m.rule = conftestMetadata(files, rules[name], len(rules) == 1).rule(slug(strings.TrimPrefix(pkg.String(), "data.") + "." + name))
			m.rule.Aliases = append(m.rule.Aliases, "conftest/"+strings.TrimPrefix(pkg.String(), "data.")+"."+name)
			if strings.HasPrefix(name, "warn") {
				m.rule.Severity = min(m.rule.Severity, finding.Warning)
			}
		}
		m.rule.Kind, m.rule.Category, m.rule.External = finding.KindPolicy, "policy", true
		m.id = m.rule.ID
		out = append(out, m)
	}
	return out
}

var notInID = regexp.MustCompile(`[^A-Za-z0-9]+`)

// slug is a name as ids are written.
func slug(name string) string { return strings.TrimRight(notInID.ReplaceAllString(name, "-"), "-") }

// isTrivys reports whether a package is written for Trivy: it says so, or it reads Trivy's stages. One that reads a list of instructions, as
// conftest has it, is not, whatever it says.
func isTrivys(files []*module) bool {
	stages, list := false, false
	for _, m := range files {
		list = list || len(elementsOfInput(m.module)) > 0
		ast.WalkRefs(m.module, func(r ast.Ref) bool {
			if len(r) > 1 && r[0].Equal(ast.InputRootDocument) {
				_, named := r[1].Value.(ast.String)
				stages, list = stages || r[1].Equal(ast.InternedTerm("Stages")), list || !named
			}
			return false
		})
	}
	return !list && (stages || slices.ContainsFunc(files, func(m *module) bool { return saysTrivy(m.module) }))
}

// trivyPackages are the first names of the packages that Trivy's own checks have had.
var trivyPackages = []string{"builtin", "appshield", "defsec"}

// saysTrivy reports whether a module has what only Trivy's checks have.
func saysTrivy(m *ast.Module) bool {
	for _, a := range m.Annotations {
		if _, selects := a.Custom["input"]; selects || len(a.Schemas) > 0 || a.Custom["avd_id"] != nil || a.Custom["library"] == true {
			return true
		}
	}
	if names := refNames(m.Package.Path); len(names) > 1 && slices.Contains(trivyPackages, names[1]) {
		return true
	}
	return slices.ContainsFunc(m.Rules, func(r *ast.Rule) bool { return r.Head.Name == "__rego_metadata__" || r.Head.Name == "__rego_input__" })
}

// nothingContained is the file with a rule such as "deny[msg] if", which conftest refuses: it makes an object of a set, and never denies anything.
func nothingContained(files []*module) *module {
	for _, m := range files {
		for _, r := range m.module.Rules {
			if r.Head.Name == "" && len(r.Head.Reference) > 0 && judged.MatchString(r.Head.Reference[0].Value.String()) && r.Head.Value != nil && r.Head.Value.Equal(ast.InternedTerm(true)) {
				name := slug(strings.TrimPrefix(m.module.Package.Path.String(), "data.") + "." + r.Head.Reference[0].Value.String())
				return &module{
					file: m.file, name: m.name, source: m.source, kind: finding.KindPolicy, id: name, other: &otherRule{files: files},
					rule: (&annotation{tool: conftest}).rule(name),
					err: fmt.Errorf("%s:%d: this rule has \"if\" and not \"contains\", so nothing comes of it; write: %s contains msg if",
						m.file, r.Head.Location.Row, r.Head.Reference[0].Value),
				}
			}
		}
	}
	return nil
}

// ofDockerfiles reports whether conftest's policies in a package can be about Dockerfiles: conftest evaluates main unless told otherwise; of
// other packages those are left out that only read fields of input, which for a Dockerfile is an array, and have no name that says so.
func ofDockerfiles(pkg ast.Ref, files []*module) bool {
	if pkg.Equal(ast.Ref{ast.DefaultRootDocument, ast.InternedTerm("main")}) || strings.Contains(strings.ToLower(pkg.String()), "docker") {
		return true
	}
	fields, others := 0, 0
	for _, m := range files {
		ast.WalkRefs(m.module, func(r ast.Ref) bool {
			if !r[0].Equal(ast.InputRootDocument) {
				return false
			}
			if len(r) > 1 {
				if _, named := r[1].Value.(ast.String); named {
					fields++
					return false
				}
			}
			others++
			return false
		})
	}
	return others > 0 || fields == 0
}

// combined reports whether a package is written for conftest --combine, which gives each file's path and contents: it reads those of what is in
// input, or of something while it reads nothing there that instructions have.
func combined(files []*module) bool {
	ofInput, somewhere, plain := false, false, false
	for _, m := range files {
		elements := elementsOfInput(m.module)
		ast.WalkRefs(m.module, func(r ast.Ref) bool {
			at := 1 // of what is read from an element of input
			if r[0].Equal(ast.InputRootDocument) {
				at = 2
			} else if v, ok := r[0].Value.(ast.Var); !ok || !elements[v] {
				at = len(r)
			}
			for i, t := range r {
				name, _ := t.Value.(ast.String)
				switch {
				case i > 0 && name == "contents":
					somewhere, ofInput = true, ofInput || i == at
				case i == at && slices.Contains([]ast.String{"Cmd", "SubCmd", "Value", "Flags", "JSON", "Stage"}, name):
					plain = true
				}
			}
			return false
		})
	}
	return ofInput || somewhere && !plain
}

// elementsOfInput are the variables that stand for what is in input: "some x in input", "every x in input", "x := input[_]".
func elementsOfInput(m *ast.Module) map[ast.Var]bool {
	out := map[ast.Var]bool{}
	note := func(name, domain *ast.Term) {
		if v, ok := name.Value.(ast.Var); ok && domain.Equal(ast.NewTerm(ast.InputRootRef)) {
			out[v] = true
		}
	}
	ast.WalkExprs(m, func(x *ast.Expr) bool {
		switch terms := x.Terms.(type) {
		case *ast.SomeDecl:
			if call, ok := terms.Symbols[0].Value.(ast.Call); ok {
				note(call[len(call)-2], call[len(call)-1])
			}
		case *ast.Every:
			note(terms.Value, terms.Domain)
		case []*ast.Term:
			if len(terms) != 3 {
				break
			}
			for _, sides := range [][2]*ast.Term{{terms[1], terms[2]}, {terms[2], terms[1]}} {
				if r, ok := sides[1].Value.(ast.Ref); ok && len(r) == 2 {
					note(sides[0], ast.NewTerm(r[:1]))
				}
			}
		}
		return false
	})
	return out
}

// reach are the files that have a say in what others give: all whose packages they read.
func reach(start []*module, all []*userSource) []*module {
	out := slices.Clone(start)
	in := map[*module]bool{}
	for _, m := range out {
		in[m] = true
	}
	type question struct {
		own  *userSource
		want string
	}
	asked := map[question]bool{}
	for i := 0; i < len(out); i++ {
		if out[i].module == nil {
			continue
		}
		for _, want := range dataRefs(out[i].module) {
			if q := (question{out[i].source, want.String()}); !asked[q] {
				asked[q] = true
				for _, m := range providers(want, out[i].source, all) {
					if !in[m] {
						in[m] = true
						out = append(out, m)
					}
				}
			}
		}
	}
	return out
}

// dataRefs are the parts of data that a module reads, as far as they are names.
func dataRefs(m *ast.Module) []ast.Ref {
	var out []ast.Ref
	add := func(r ast.Ref) bool {
		if r[0].Equal(ast.DefaultRootDocument) {
			out = append(out, r.ConstantPrefix())
		}
		return false
	}
	for _, i := range m.Imports {
		if r, ok := i.Path.Value.(ast.Ref); ok {
			add(r)
		}
	}
	ast.WalkRefs(m, add)
	return out
}

// providers are the files that define a part of data. A file that does not parse may be any.
func providers(want ast.Ref, own *userSource, all []*userSource) []*module {
	of := func(s *userSource) (out []*module) {
		each(s.others, (*module).parseOther)
		for _, m := range s.others {
			var pkg ast.Ref
			if m.module != nil {
				pkg = m.module.Package.Path
			} else if names, err := PackageOf(m.text); err == nil {
				pkg = ast.Ref{ast.DefaultRootDocument}
				for _, name := range names {
					pkg = pkg.Append(ast.InternedTerm(name))
				}
			}
			if pkg != nil && (want.HasPrefix(pkg) || pkg.HasPrefix(want)) {
				out = append(out, m)
			}
		}
		return out
	}
	if found := of(own); len(found) > 0 {
		return found
	}
	for _, s := range all {
		if found := of(s); s != own && len(found) > 0 {
			return found
		}
	}
	return nil
}

// refNames are the names a reference is made of.
func refNames(r ast.Ref) []string {
	var out []string
	for _, t := range r {
		switch x := t.Value.(type) {
		case ast.Var:
			out = append(out, string(x))
		case ast.String:
			out = append(out, string(x))
		}
	}
	return out
}
