package policy

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/finding"
)

// dialect is the tool that a policy is written for.
type dialect string

const (
	conftest dialect = "conftest"
	trivy    dialect = "trivy"
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
	options := ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1, Capabilities: otherCapabilities()}
	var err error
	if m.module, err = ast.ParseModuleWithOpts(m.file, string(m.text), options); err == nil {
		return
	}
	old := options
	old.RegoVersion, old.Capabilities = ast.RegoV0, ast.CapabilitiesForThisVersion(ast.CapabilitiesRegoVersion(ast.RegoV0))
	if m.module, _ = ast.ParseModuleWithOpts(m.file, string(m.text), old); m.module != nil {
		return
	}
	m.err = err
	var list ast.Errors
	if errors.As(err, &list) {
		m.err = compileError(list)
	}
}

// otherRules are the rules in the files of a source that are for other tools. What such a file reads is looked for in its own source first,
// and then in the others.
func (s *userSource) otherRules(all []*userSource) ([]*module, error) {
	if len(s.others) == 0 {
		return nil, nil
	}
	data, err := s.data()
	if err != nil {
		return nil, fmt.Errorf("read the data in %s: %w", s.Name, pathless(err))
	}
	value, err := ast.InterfaceToValue(data)
	if err != nil {
		return nil, fmt.Errorf("read the data in %s: %w", s.Name, err)
	}
	s.values = value.(ast.Object)
	each(s.others, (*module).parseOther)
	var out []*module
	packages := map[string][]*module{}
	for _, m := range s.others {
		if m.err != nil {
			out = append(out, m)
			continue
		}
		name := m.module.Package.Path.String()
		packages[name] = append(packages[name], m)
	}
	taken := map[string]*module{}
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		for _, m := range s.rulesOf(packages[name], all) {
			if first := taken[m.id]; first != nil {
				m.id += "-" + slug(strings.TrimPrefix(name, "data."))
			}
			taken[m.id] = m
			m.rule.ID = m.id
			out = append(out, m)
		}
	}
	return out, nil
}

// reads reports whether something in a source has a say in a rule for another tool.
func (m *module) reads(s *userSource) bool {
	return m.other != nil && slices.ContainsFunc(m.other.files, func(file *module) bool { return file.source == s })
}

// rulesOf are the rules of a package.
func (s *userSource) rulesOf(files []*module, all []*userSource) []*module {
	pkg := files[0].module.Package.Path
	kind, meta := conftest, (*annotation)(nil)
	for _, m := range files {
		if isTrivys(m.module) {
			kind = trivy
		}
	}
	if kind == trivy {
		meta = trivyMetadata(files)
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
	if len(rules) == 0 || kind == conftest && !ofDockerfiles(pkg, files) {
		return nil
	}
	reached := reach(files, s, all)
	var out []*module
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		file := from[name]
		m := &module{file: file.file, name: file.name, kind: finding.KindPolicy, source: s}
		m.other = &otherRule{dialect: kind, pkg: pkg, name: name, files: reached, excepted: excepted && kind == conftest, combined: combined(files)}
		if kind == trivy {
			m.rule = meta.rule(cmp.Or(meta.id, slug(strings.TrimPrefix(pkg.String(), "data."))))
			if name != "deny" && len(rules) > 1 {
				m.rule.ID += slug(strings.TrimPrefix(name, "deny"))
			}
		} else {
			m.rule = conftestMetadata(files, rules[name]).rule(slug(strings.TrimPrefix(pkg.String(), "data.") + "." + name))
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

// isTrivys reports whether a module is written for Trivy.
func isTrivys(m *ast.Module) bool {
	for _, a := range m.Annotations {
		if _, selects := a.Custom["input"]; selects || len(a.Schemas) > 0 || a.Custom["avd_id"] != nil || a.Custom["library"] == true {
			return true
		}
	}
	if names := refNames(m.Package.Path); len(names) > 1 && slices.Contains([]string{"builtin", "appshield", "defsec"}, names[1]) {
		return true
	}
	if slices.ContainsFunc(m.Rules, func(r *ast.Rule) bool { return r.Head.Name == "__rego_metadata__" || r.Head.Name == "__rego_input__" }) {
		return true
	}
	found := false
	ast.WalkRefs(m, func(r ast.Ref) bool {
		found = found || len(r) > 1 && r[0].Equal(ast.InputRootDocument) && r[1].Equal(ast.InternedTerm("Stages"))
		return found
	})
	return found
}

// ofDockerfiles reports whether conftest's policies in a package can be about Dockerfiles: conftest evaluates main unless told otherwise; of
// other packages those are left out that only read fields of input, which for a Dockerfile is an array.
func ofDockerfiles(pkg ast.Ref, files []*module) bool {
	if pkg.Equal(ast.Ref{ast.DefaultRootDocument, ast.InternedTerm("main")}) {
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

// combined reports whether a package is written for conftest --combine, which gives each file's path and contents.
func combined(files []*module) bool {
	found := false
	for _, m := range files {
		ast.WalkRefs(m.module, func(r ast.Ref) bool {
			found = found || slices.ContainsFunc(r[1:], func(t *ast.Term) bool { return t.Equal(ast.InternedTerm("contents")) })
			return found
		})
	}
	return found
}

// reach are the files that have a say in what others give: all whose packages they read.
func reach(start []*module, own *userSource, all []*userSource) []*module {
	out := slices.Clone(start)
	in := map[*module]bool{}
	for _, m := range out {
		in[m] = true
	}
	asked := map[string]bool{}
	for i := 0; i < len(out); i++ {
		if out[i].module == nil {
			continue
		}
		for _, want := range dataRefs(out[i].module) {
			if key := want.String(); !asked[key] {
				asked[key] = true
				for _, m := range providers(want, own, all) {
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

// data is what a source brings as data beside its policies: its data.json and data.yaml, below the names of their folders.
func (s *userSource) data() (map[string]any, error) {
	out := map[string]any{}
	if s.File != "" {
		return out, nil
	}
	err := fs.WalkDir(s.FS, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || !slices.Contains([]string{"data.json", "data.yaml", "data.yml"}, d.Name()):
			return nil
		}
		text, err := fs.ReadFile(s.FS, name)
		if err != nil {
			return err
		}
		var content map[string]any
		if err := yaml.Unmarshal(text, &content); err != nil { // JSON is YAML
			return fmt.Errorf("%s: %w", s.path(name), err)
		}
		into := out
		for _, part := range strings.Split(path.Dir(name), "/") {
			if part == "." {
				continue
			}
			next, ok := into[part].(map[string]any)
			if !ok {
				next = map[string]any{}
				into[part] = next
			}
			into = next
		}
		merge(into, content)
		return nil
	})
	return out, err
}

func merge(into, from map[string]any) {
	for key, value := range from {
		a, ok := into[key].(map[string]any)
		b, too := value.(map[string]any)
		if ok && too {
			merge(a, b)
		} else {
			into[key] = value
		}
	}
}
