package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/finding"
)

// scope says how many rules a name may stand for, the most first.
type scope int

const (
	scopeAll scope = iota
	scopeSet
	scopeKind
	scopeCategory
	scopeName // a rule's id or another tool's code
)

// resolve returns the rules that a name of the configuration stands for.
func resolve(cat *finding.Catalog, name string) ([]string, scope, error) {
	if ids := cat.Resolve(name); ids != nil {
		return ids, scopeName, nil
	}
	lower := strings.ToLower(name)
	for s, is := range []func(finding.Rule) bool{
		scopeAll: func(finding.Rule) bool { return lower == "all" },
		scopeSet: func(r finding.Rule) bool {
			set, err := finding.ParseSet(lower)
			return err == nil && r.Set <= set
		},
		scopeKind: func(r finding.Rule) bool {
			return lower == "rules" && r.Kind == finding.KindRule || lower == "policies" && r.Kind == finding.KindPolicy
		},
		scopeCategory: func(r finding.Rule) bool { return r.Category != "" && lower == strings.ToLower(r.Category) },
	} {
		var ids []string
		for _, r := range cat.Rules() {
			if is(r) {
				ids = append(ids, r.ID)
			}
		}
		if ids != nil {
			return ids, scope(s), nil
		}
	}
	known := []string{"all", "strict", "default", "rules", "policies"}
	for _, r := range cat.Rules() {
		known = append(known, r.ID)
		if r.Category != "" && !slices.Contains(known, r.Category) {
			known = append(known, r.Category)
		}
	}
	return nil, 0, fmt.Errorf("unknown rule %q%s", name, didYouMean(name, known))
}

// ignorable are those of the rules of a name that ignoring it turns off. "rules" and the sets but "all" leave those alone that say that a file
// was not judged.
func ignorable(ids []string, s scope) []string {
	if s == scopeKind || s == scopeSet {
		return slices.DeleteFunc(ids, unselectable)
	}
	return ids
}

func didYouMean(name string, known []string) string {
	if len(name) < 3 {
		return "" // anything short is close
	}
	for _, k := range known {
		if strings.HasPrefix(k, name) { // "warn"
			return fmt.Sprintf("; did you mean %q?", k)
		}
	}
	if closest := finding.Closest(name, known); closest != "" {
		return fmt.Sprintf("; did you mean %q?", closest)
	}
	return ""
}

// parseSeverity reads a rule's severity.
func parseSeverity(text string) (finding.Severity, error) {
	s, err := finding.ParseSeverity(text)
	if err != nil {
		return s, fmt.Errorf("%w%s", err, didYouMean(text, finding.SeverityNames()))
	}
	return s, nil
}

// parseFailOn reads the least severity that fails a run.
func parseFailOn(text string) (finding.Severity, error) {
	if text == "never" {
		return finding.Off, nil
	}
	if s, err := finding.ParseSeverity(text); err == nil && s != finding.Off {
		return s, nil
	}
	names := append(slices.Clone(finding.SeverityNames()[1:]), "never")
	return 0, fmt.Errorf("%q is none of %s%s", text, strings.Join(names, ", "), didYouMean(text, names))
}
