package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/finding"
)

// header is a METADATA comment, of which OPA's own parser reads all there are in a file; this reads the one that is needed.
type header struct {
	Title            string
	Description      string
	RelatedResources []any `yaml:"related_resources"`
	Custom           map[string]any
}

// headerOf is the METADATA comment in front of the package line, as YAML, with the 1-based line it begins in; 0 when there is none.
func headerOf(text []byte) (lines []string, row int) {
	at := 0
	for line := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
		at++
		line = strings.TrimRight(line, "\r\n")
		comment, is := strings.CutPrefix(strings.TrimSpace(line), "#")
		switch {
		case is && strings.TrimSpace(comment) == "METADATA":
			lines, row = nil, at
		case is && row > 0 && at == row+len(lines)+1:
			lines = append(lines, comment)
		case strings.HasPrefix(line, "package "):
			return lines, row
		}
	}
	return nil, 0
}

// metadata fills m.rule from the package's METADATA and data.yaml.
func (m *module) metadata() error {
	if err := m.room(); err != nil {
		return err
	}
	m.rule = finding.Rule{ID: m.id, Kind: m.kind, Title: m.id, Severity: finding.Warning, Category: "policy", External: m.source != nil}
	lines, row := headerOf(m.text)
	if row == 0 && m.source != nil {
		return m.parameters()
	}
	if row == 0 {
		return fmt.Errorf("%s: the package has no METADATA comment", m.file)
	}
	r := annotations{lines: lines, row: row, module: m}
	if err := yaml.Unmarshal([]byte(strings.Join(lines, "\n")), &r.header); err != nil {
		return yamlError(m.file, row, "METADATA: ", err)
	}
	m.rule.Description = strings.TrimSpace(r.Description)
	if r.Title != "" {
		m.rule.Title = r.Title
	} else if m.source == nil {
		r.complain("title", "title is missing")
	}
	// Ours say everything; the user's say what they want to.
	required := m.source == nil
	if required && m.rule.Description == "" {
		r.complain("description", "description is missing")
	}
	for _, resource := range r.RelatedResources {
		switch x := resource.(type) {
		case string:
			m.rule.Links = append(m.rule.Links, x)
		case map[string]any:
			m.rule.Links = append(m.rule.Links, fmt.Sprint(x["ref"]))
		}
	}
	if severity, ok := r.text("severity", required); ok {
		var err error
		if m.rule.Severity, err = finding.ParseSeverity(severity); err != nil {
			r.complain("severity", "custom.severity: %v", err)
		} else if m.rule.Severity == finding.Off {
			r.complain("severity", "custom.severity: off is not a severity of a rule; custom.set: strict or all leaves it out by default")
		}
	}
	if set, ok := r.text("set", false); ok {
		var err error
		if m.rule.Set, err = finding.ParseSet(set); err != nil {
			r.complain("set", "custom.set: %v", err)
		}
	}
	if category, ok := r.text("category", required); ok {
		m.rule.Category = category
	}
	m.rule.Since, _ = r.text("since", required)
	if score, ok := r.text("security-severity", false); ok {
		if n, err := strconv.ParseFloat(score, 64); err != nil || !(n >= 0 && n <= 10) {
			r.complain("security-severity", "custom.security-severity: %q is not a number from \"0.0\" to \"10.0\"", score)
		}
		m.rule.SecuritySeverity = score
	}
	m.rule.Aliases = r.aliases()
	m.rule.Needs = r.names("needs")
	m.rule.NeedsParameters = r.names("needs-parameters")
	for _, x := range r.list("differs") {
		if text, ok := x.(string); ok {
			m.rule.Differs = append(m.rule.Differs, strings.TrimSpace(text))
		} else {
			r.complain("differs", "custom.differs: %v is not a string", x)
		}
	}
	if x, there := r.Custom["every-build"]; there {
		ok := false
		if m.rule.EveryBuild, ok = x.(bool); !ok {
			r.complain("every-build", "custom.every-build must be true or false")
		}
	}
	known := []string{"every-build", "severity", "set", "category", "since", "security-severity", "aliases", "needs", "needs-parameters", "differs", "parameters"}
	for _, key := range slices.Sorted(maps.Keys(r.Custom)) {
		switch closest := finding.Closest(key, known); {
		case slices.Contains(known, key):
		case m.source == nil:
			r.complain(key, "custom.%s is unknown", key)
		case closest != "": // others are the user's own
			r.complain(key, "custom.%s is unknown; did you mean %q?", key, closest)
		}
	}
	if x, there := r.Custom["parameters"]; there {
		parameters, ok := x.(map[string]any)
		if !ok {
			r.complain("parameters", "custom.parameters must be a map of names and defaults")
		}
		m.rule.Parameters = parameters
	}
	if err := m.parameters(); err != nil {
		r.problems = append(r.problems, err)
	}
	for _, name := range m.rule.NeedsParameters {
		if standard, there := m.rule.Parameters[name]; !there || given(standard) {
			r.complain("needs-parameters", "custom.needs-parameters: %s is not a parameter with an empty default", name)
		}
	}
	return errors.Join(r.problems...)
}

// parameters reads data.yaml.
func (m *module) parameters() error {
	if m.data == nil {
		return nil
	}
	if err := yaml.Unmarshal(m.data, &m.rule.Parameters); err != nil {
		return yamlError(strings.TrimSuffix(m.file, ruleFile)+"data.yaml", 0, "", err)
	}
	return nil
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): (.*)$`)

// yamlError says in which line of a file YAML is wrong that begins behind a 1-based line of it.
func yamlError(file string, behind int, what string, err error) error {
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		return fmt.Errorf("%s:%d: %snot valid YAML: %w", file, max(behind, 1), what, err)
	}
	line, _ := strconv.Atoi(m[1])
	if strings.HasPrefix(m[2], "did not find") {
		line++ // of these it counts from 0
	}
	return fmt.Errorf("%s:%d: %snot valid YAML: %s", file, behind+line, what, m[2])
}

// annotations reads a METADATA comment and collects what is wrong with it.
type annotations struct {
	header
	lines    []string
	row      int
	module   *module
	problems []error
}

// complain names the line of the key, or that of METADATA when the key is not there.
func (r *annotations) complain(key, format string, args ...any) {
	row := r.row
	for i, line := range r.lines {
		if strings.HasPrefix(strings.TrimSpace(line), key+":") {
			row += i + 1
			break
		}
	}
	r.problems = append(r.problems, fmt.Errorf("%s:%d: METADATA: %s", r.module.file, row, fmt.Sprintf(format, args...)))
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

// list is the value of a key below custom.
func (r *annotations) list(key string) []any {
	x, there := r.Custom[key]
	list, ok := x.([]any)
	if there && !ok {
		r.complain(key, "custom.%s must be a list", key)
	}
	return list
}

// names is a list of texts below custom.
func (r *annotations) names(key string) []string {
	var out []string
	for _, x := range r.list(key) {
		if text, ok := x.(string); ok && text != "" {
			out = append(out, text)
		} else {
			r.complain(key, "custom.%s: %v is not a name", key, x)
		}
	}
	return out
}

func (r *annotations) aliases() []string {
	var out []string
	for _, x := range r.list("aliases") {
		alias, ok := x.(string)
		if !ok || !strings.Contains(alias, "/") {
			r.complain("aliases", "custom.aliases: %v is not a tool/code", x)
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
