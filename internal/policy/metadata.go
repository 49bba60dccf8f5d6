package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/finding"
)

// metadata fills m.rule from the package's METADATA and data.yaml.
func (m *module) metadata() error {
	want := ast.Ref{ast.DefaultRootDocument, ast.InternedTerm("plimline"), ast.InternedTerm(section(m.kind)), ast.InternedTerm(m.id)}
	line := m.module.Package.Location.Row
	if !m.module.Package.Path.Equal(want) {
		return fmt.Errorf("%s:%d: the package is %s and must be plimline.%s[%q], after its folder",
			m.file, line, strings.TrimPrefix(m.module.Package.String(), "package "), section(m.kind), m.id)
	}
	m.rule = finding.Rule{ID: m.id, Kind: m.kind}
	i := slices.IndexFunc(m.module.Annotations, func(a *ast.Annotations) bool { return a.Scope == "package" })
	if i < 0 {
		return fmt.Errorf("%s:%d: the package has no METADATA comment", m.file, line)
	}
	r := annotations{Annotations: m.module.Annotations[i], module: m}
	m.rule.Title, m.rule.Description = r.Title, strings.TrimSpace(r.Description)
	if m.rule.Title == "" {
		r.complain("title", "title is missing")
	}
	if m.rule.Description == "" {
		r.complain("description", "description is missing")
	}
	for _, resource := range r.RelatedResources {
		m.rule.Links = append(m.rule.Links, resource.Ref.String())
	}
	if severity, ok := r.text("severity", true); ok {
		var err error
		if m.rule.Severity, err = finding.ParseSeverity(severity); err != nil {
			r.complain("severity", "custom.severity: %v", err)
		} else if m.rule.Severity == finding.Off {
			r.complain("severity", "custom.severity: off is no severity of a rule; custom.set: strict or all leaves it out by default")
		}
	}
	if set, ok := r.text("set", false); ok {
		var err error
		if m.rule.Set, err = finding.ParseSet(set); err != nil {
			r.complain("set", "custom.set: %v", err)
		}
	}
	m.rule.Category, _ = r.text("category", true)
	m.rule.Since, _ = r.text("since", true)
	if score, ok := r.text("security-severity", false); ok {
		if n, err := strconv.ParseFloat(score, 64); err != nil || !(n >= 0 && n <= 10) {
			r.complain("security-severity", "custom.security-severity: %q is no number from \"0.0\" to \"10.0\"", score)
		}
		m.rule.SecuritySeverity = score
	}
	m.rule.Aliases = r.aliases()
	for _, key := range slices.Sorted(maps.Keys(r.Custom)) {
		switch key {
		case "severity", "set", "category", "since", "security-severity", "aliases":
		default:
			r.complain(key, "custom.%s is unknown", key)
		}
	}
	if m.data != nil {
		if err := yaml.Unmarshal(m.data, &m.rule.Parameters); err != nil {
			r.problems = append(r.problems, fmt.Errorf("%s: %w", strings.Replace(m.file, "rule.rego", "data.yaml", 1), err))
		}
	}
	return errors.Join(r.problems...)
}

// annotations reads a METADATA comment and collects what is wrong with it.
type annotations struct {
	*ast.Annotations
	module   *module
	problems []error
}

// complain names the line of the key, or that of METADATA when the key is not there.
func (r *annotations) complain(key, format string, args ...any) {
	line := r.Location.Row
	for _, c := range r.module.module.Comments {
		if c.Location.Row > line && c.Location.Row <= r.EndLoc().Row && strings.HasPrefix(strings.TrimSpace(string(c.Text)), key+":") {
			line = c.Location.Row
			break
		}
	}
	r.problems = append(r.problems, fmt.Errorf("%s:%d: METADATA: %s", r.module.file, line, fmt.Sprintf(format, args...)))
}

// text is the value of a key below custom; ok is false when there is none.
func (r *annotations) text(key string, required bool) (value string, ok bool) {
	x, there := r.Custom[key]
	switch value, ok = x.(string); {
	case !there && required:
		r.complain(key, "custom.%s is missing", key)
	case there && (!ok || value == ""):
		r.complain(key, "custom.%s must be a text", key)
	}
	return value, ok && value != ""
}

func (r *annotations) aliases() []string {
	x, there := r.Custom["aliases"]
	list, ok := x.([]any)
	if there && !ok {
		r.complain("aliases", "custom.aliases must be a list")
	}
	var out []string
	for _, x := range list {
		alias, ok := x.(string)
		if !ok || !strings.Contains(alias, "/") {
			r.complain("aliases", "custom.aliases: %v is no tool/code", x)
			continue
		}
		out = append(out, alias)
	}
	return out
}

// section is the part of the package's path that tells rules from policies.
func section(k finding.Kind) string {
	if k == finding.KindPolicy {
		return "policies"
	}
	return "rules"
}

// inputSchema is the document's schema as the compiler takes it.
func inputSchema() any {
	var out any
	if err := json.Unmarshal(document.Schema(), &out); err != nil {
		panic("document.Schema is no JSON: " + err.Error())
	}
	return out
}
