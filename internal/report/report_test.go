package report_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xeipuuv/gojsonschema"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// at is the span of the nth occurrence of text, from 1.
func at(t *testing.T, src *source.File, text string, n int) source.Span {
	t.Helper()
	from := 0
	for ; n > 1; n-- {
		from += strings.Index(string(src.Bytes[from:]), text) + 1
	}
	i := strings.Index(string(src.Bytes[from:]), text)
	if i < 0 {
		t.Fatalf("no %q", text)
	}
	return source.Span{Start: from + i, End: from + i + len(text)}
}

// run is a run with everything a report has to cope with.
func run(t *testing.T) *report.Run {
	tabs := source.NewFile("dir with space/Dockerfile", []byte("\xEF\xBB\xBFFROM alpine:latest\r\nRUN\techo \"日本 🚀 é\" \\\r\n\t&& a \\\r\n\t&& b \\\r\n\t&& c \\\r\n\t&& d\r\nUSER root"))
	evil := source.NewFile("größe,100%:\x1b[31m.Dockerfile", []byte("FROM a\nLABEL x=\x1b[31mred\nRUN "+strings.Repeat("x", 300)+" needle "+strings.Repeat("y", 300)+"\n"))
	all := source.Span{Start: at(t, tabs, "echo", 1).Start, End: at(t, tabs, "&& d", 1).End}
	return &report.Run{
		Version: "1.2.3",
		Catalog: finding.NewCatalog([]finding.Rule{
			{ID: "latest-tag", Kind: finding.KindRule, Title: "Base image is tagged latest", Description: "Words\nof why.\n\nMore.", Severity: finding.Warning, Category: "reproducibility", Links: []string{"https://example.com/x"}},
			{ID: "root-user", Kind: finding.KindPolicy, Title: "Root", Description: "Why.", Severity: finding.Error, Category: "security", SecuritySeverity: "6.0"},
			{ID: "long", Kind: finding.KindRule, Title: "Long", Description: "Why.", Severity: finding.Note, Category: "size"},
		}),
		Notices: []string{"plimline.yaml:1:1: unknown key\x1b[0m"},
		Results: []report.Result{
			{Path: "dir with space/Dockerfile", Source: tabs, Graphs: []report.Graph{{Name: "app", SVG: "<svg/>"}}, Findings: []finding.Finding{
				{Rule: "latest-tag", Severity: finding.Warning, Span: at(t, tabs, "alpine:latest", 1), Message: "alpine:latest, 100%: it moves",
					Related: []finding.Related{{Span: at(t, tabs, "root", 1), Message: "see here"}},
					Fix:     &finding.Fix{Title: "pin it", Safe: true, Edits: []finding.Edit{{Span: at(t, tabs, "latest", 1), Text: "3.20"}}}},
				{Rule: "long", Severity: finding.Note, Span: all, Message: "many lines"},
				{Rule: "long", Severity: finding.Note, Span: at(t, tabs, "🚀", 1), Message: "wide", Builds: []string{"service web", "target <prod>"}},
				{Rule: "root-user", Severity: finding.Error, Span: at(t, tabs, "root", 1), Message: "runs as root"},
				{Rule: "root-user", Severity: finding.Error, Span: source.Span{Start: len(tabs.Bytes), End: len(tabs.Bytes)}, Message: "at the end"},
				{Rule: "latest-tag", Severity: finding.Warning, Span: at(t, tabs, "FROM", 1), Message: "hidden",
					Suppressed: &finding.Suppression{Span: at(t, tabs, "USER", 1), Reason: "on purpose"}},
				{Rule: "long", Severity: finding.Note, Span: at(t, tabs, "FROM", 1), Message: "old", Suppressed: &finding.Suppression{Reason: "in the baseline", External: true}},
				{Rule: "latest-tag", Severity: finding.Warning, Span: at(t, tabs, "FROM", 1), Message: "cannot be told", Unknown: true},
			}},
			{Path: evil.Path, Source: evil, Findings: []finding.Finding{
				{Rule: "long", Severity: finding.Note, Span: at(t, evil, "\x1b[31mred", 1), Message: "control\x07 characters\nand lines"},
				{Rule: "long", Severity: finding.Note, Span: at(t, evil, "needle", 1), Message: `<b title="x">far</b> & 'right' | ##vso[task.x] ::error:: @you #1 *a* ]]>`},
				{Rule: "unlisted", Severity: finding.Note, Span: source.Span{}, Message: "empty"},
			}},
			{Path: "clean.Dockerfile", Source: source.NewFile("clean.Dockerfile", nil)},
			{Path: "../missing", Err: errors.New("no such file or directory")},
		},
	}
}

func TestGolden(t *testing.T) {
	for name, opt := range map[string]struct {
		format  string
		unknown bool
		report.Options
	}{
		"text.golden":         {format: "text"},
		"text-color.golden":   {format: "text", Options: report.Options{Color: true, Width: 80}},
		"text-unknown.golden": {format: "text", unknown: true},
		"json.golden":         {format: "json", unknown: true},
		"jsonl.golden":        {format: "jsonl", unknown: true},
		"github.golden":       {format: "github", unknown: true},
		"sarif.golden":        {format: "sarif", unknown: true},
		"gitlab.golden":       {format: "gitlab", unknown: true},
		"azure.golden":        {format: "azure", unknown: true},
		"checkstyle.golden":   {format: "checkstyle", unknown: true},
		"junit.golden":        {format: "junit", unknown: true},
		"rdjson.golden":       {format: "rdjson", unknown: true},
		"sonarqube.golden":    {format: "sonarqube", unknown: true},
		"gnu.golden":          {format: "gnu", unknown: true},
		"markdown.golden":     {format: "markdown", unknown: true},
		"html.golden":         {format: "html", unknown: true},

		"statistics.golden":      {format: "text", unknown: true, Options: report.Options{Statistics: true}},
		"statistics-json.golden": {format: "json", unknown: true, Options: report.Options{Statistics: true}},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t)
			r.ShowUnknown = opt.unknown
			if opt.format == "sarif" {
				// The place of what lies above depends on where the test runs.
				r.Results = r.Results[:3]
			}
			var got bytes.Buffer
			if err := report.Write(&got, opt.format, r, opt.Options); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", name), got.Bytes())
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is out of date; go test ./internal/report -update\n%s", name, diff)
	}
}

func TestSARIFSchema(t *testing.T) {
	schema, err := os.ReadFile("../../testdata/sarif-2.1.0.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*report.Run{"full": run(t), "empty": {Version: "1.0.0", Catalog: finding.NewCatalog(nil)}} {
		r.ShowUnknown = true
		var got bytes.Buffer
		if err := report.Write(&got, "sarif", r, report.Options{}); err != nil {
			t.Fatal(err)
		}
		result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(schema), gojsonschema.NewBytesLoader(got.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range result.Errors() {
			t.Errorf("%s: %s", name, e)
		}
	}
}

// TestFingerprints: a finding keeps its fingerprint when lines are added above it, and equal findings have different ones.
func TestFingerprints(t *testing.T) {
	prints := func(text string) []string {
		src := source.NewFile("Dockerfile", []byte(text))
		var found []finding.Finding
		for n := 1; n <= strings.Count(text, "alpine"); n++ {
			found = append(found, finding.Finding{Rule: "x", Severity: finding.Note, Span: at(t, src, "alpine", n), Message: "m"})
		}
		var b bytes.Buffer
		if err := report.Write(&b, "sarif", &report.Run{Version: "1.0.0", Catalog: finding.NewCatalog(nil), Results: []report.Result{{Path: "Dockerfile", Source: src, Findings: found}}}, report.Options{}); err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, part := range strings.Split(b.String(), `"plimline/v1":"`)[1:] {
			out = append(out, part[:32])
		}
		return out
	}
	before, after := prints("FROM alpine\nFROM alpine\n"), prints("# one\n\n# two\nFROM alpine\nRUN true\nFROM alpine\n")
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
	if len(before) != 2 || before[0] == before[1] {
		t.Errorf("fingerprints %v", before)
	}
}

func TestUnknownFormat(t *testing.T) {
	if err := report.Write(&bytes.Buffer{}, "nope", &report.Run{}, report.Options{}); err == nil {
		t.Error("no error")
	}
}
