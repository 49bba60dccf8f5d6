package policy

import (
	"encoding/json"
	"errors"
	"fmt"
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
		return fmt.Errorf("%s:%d: the package must be plimline.%s[%q], after its folder", m.file, line, section(m.kind), m.id)
	}
	m.rule = finding.Rule{ID: m.id, Kind: m.kind}
	var note *ast.Annotations
	for _, a := range m.module.Annotations {
		if a.Scope == "package" {
			note = a
		}
	}
	if note == nil {
		return fmt.Errorf("%s:%d: the package has no METADATA comment", m.file, line)
	}
	line = note.Location.Row
	var problems []error
	complain := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("%s:%d: METADATA: %s", m.file, line, fmt.Sprintf(format, args...)))
	}
	m.rule.Title, m.rule.Description = note.Title, strings.TrimSpace(note.Description)
	if m.rule.Title == "" {
		complain("title is missing")
	}
	if m.rule.Description == "" {
		complain("description is missing")
	}
	for _, r := range note.RelatedResources {
		m.rule.Links = append(m.rule.Links, r.Ref.String())
	}
	text := func(key string, required bool) string {
		s, ok := note.Custom[key].(string)
		if !ok && (required || note.Custom[key] != nil) {
			complain("custom.%s must be a text", key)
		}
		return s
	}
	var err error
	if m.rule.Severity, err = finding.ParseSeverity(text("severity", true)); err != nil {
		complain("custom.severity: %v", err)
	}
	m.rule.Category = text("category", true)
	m.rule.Since = text("since", true)
	m.rule.SecuritySeverity = text("security-severity", false)
	if list, ok := note.Custom["aliases"].([]any); ok {
		for _, x := range list {
			alias, ok := x.(string)
			if !ok || !strings.Contains(alias, "/") {
				complain("custom.aliases: %v is no tool/code", x)
				continue
			}
			m.rule.Aliases = append(m.rule.Aliases, alias)
		}
	}
	for key := range note.Custom {
		switch key {
		case "severity", "category", "since", "security-severity", "aliases":
		default:
			complain("custom.%s is unknown", key)
		}
	}
	if m.data != nil {
		if err := yaml.Unmarshal(m.data, &m.rule.Parameters); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", strings.Replace(m.file, "rule.rego", "data.yaml", 1), err))
		}
	}
	return errors.Join(problems...)
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
