package finding_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

func TestCatalog(t *testing.T) {
	c := finding.NewCatalog([]finding.Rule{
		{ID: "root-user", Aliases: []string{"hadolint/DL3002"}},
		{ID: "latest-tag", Aliases: []string{"hadolint/DL3007", "trivy/DS-0001"}},
		{ID: "untagged", Aliases: []string{"trivy/DS-0001"}},
	})
	for name, want := range map[string][]string{
		"root-user": {"root-user"}, "ROOT-user": {"root-user"}, "DL3002": {"root-user"}, "hadolint/dl3002": {"root-user"},
		"DS-0001": {"latest-tag", "untagged"}, "trivy/DS001": {"latest-tag", "untagged"}, "ds002": nil, "nope": nil,
	} {
		if diff := cmp.Diff(want, c.Resolve(name)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	if got := c.Suggest("rot-usr"); got != "root-user" {
		t.Errorf("suggested %q", got)
	}
	if got := c.Suggest("something-else"); got != "" {
		t.Errorf("suggested %q", got)
	}
	if _, ok := c.Rule("nope"); ok {
		t.Error("found a rule that is not there")
	}
}

func TestSeverity(t *testing.T) {
	for _, name := range append(slices.Clone(finding.SeverityNames()), "info") {
		if _, err := finding.ParseSeverity(name); err != nil {
			t.Error(err)
		}
	}
	if _, err := finding.ParseSeverity("loud"); err == nil {
		t.Error("loud is taken")
	}
}

func TestCompare(t *testing.T) {
	at := func(start, end int, rule, message string) finding.Finding {
		return finding.Finding{Span: source.Span{Start: start, End: end}, Rule: rule, Message: message}
	}
	want := []finding.Finding{at(0, 1, "b", ""), at(0, 2, "a", ""), at(0, 2, "b", "x"), at(0, 2, "b", "y"), at(1, 1, "a", "")}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, finding.Compare)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestText(t *testing.T) {
	for want, builds := range map[string][]string{
		"moves":                nil,
		"moves (in service a)": {"service a"},
		"moves (in service a, service b, service c, service d)": {"service a", "service b", "service c", "service d"},
		"moves (in service a, service b, service c and 2 more)": {"service a", "service b", "service c", "service d", "service e"},
	} {
		if got := (finding.Finding{Message: "moves", Builds: builds}).Text(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
