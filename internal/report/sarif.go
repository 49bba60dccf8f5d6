package report

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/plimline/plimline/internal/baseline"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

const (
	homepage    = "https://github.com/plimline/plimline"
	sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"
	// rootID stands for the folder that relative paths start from (GitHub's name for it).
	rootID = "%SRCROOT%"
	// fingerprintKey names our way to tell results apart; a change of it begins a new version.
	fingerprintKey = "plimline/v1"
)

// writeSARIF writes SARIF 2.1.0, with the rules that have results.
func writeSARIF(w io.Writer, run *Run, _ Options) error {
	s := &sarifWriter{run: run, indexes: map[string]int{}, places: newPlaces()}
	out := &sarif.Run{
		Tool: &sarif.Tool{Driver: &sarif.ToolComponent{
			Name:            pointer("plimline"),
			Version:         pointer(run.Version),
			SemanticVersion: pointer(run.Version),
			InformationURI:  pointer(homepage),
			Rules:           s.rules(),
		}},
		ColumnKind:         pointer("unicodeCodePoints"),
		OriginalUriBaseIds: map[string]sarif.ArtifactLocation{rootID: {Description: message("the folder plimline ran in")}},
		Results:            []*sarif.Result{},
	}
	invocation := &sarif.Invocation{}
	for _, r := range run.Results {
		if r.Err != nil {
			invocation.ToolExecutionNotifications = append(invocation.ToolExecutionNotifications, &sarif.Notification{
				Level: "error", Message: message(r.Path + ": " + r.Err.Error()), Locations: []*sarif.Location{{ID: -1,
					PhysicalLocation: &sarif.PhysicalLocation{ArtifactLocation: s.artifact(r.Path)}}},
			})
			continue
		}
		out.Results = append(out.Results, s.results(r)...)
	}
	for _, notice := range run.Notices {
		invocation.ToolConfigurationNotifications = append(invocation.ToolConfigurationNotifications,
			&sarif.Notification{Level: "error", Message: message(notice)})
	}
	invocation.ExecutionSuccessful = pointer(len(invocation.ToolExecutionNotifications)+len(invocation.ToolConfigurationNotifications) == 0)
	out.Invocations = []*sarif.Invocation{invocation}
	return encodeSARIF(w, &sarif.Report{Schema: sarifSchema, Version: "2.1.0", Runs: []*sarif.Run{out}})
}

type sarifWriter struct {
	run     *Run
	indexes map[string]int // rule id -> its place among the rules
	places  places
}

// rules describes the rules that have results.
func (s *sarifWriter) rules() []*sarif.ReportingDescriptor {
	var ids []string
	for _, r := range s.run.Results {
		for _, f := range r.Findings {
			if s.run.reported(f) && !slices.Contains(ids, f.Rule) {
				ids = append(ids, f.Rule)
			}
		}
	}
	slices.Sort(ids)
	var out []*sarif.ReportingDescriptor
	for i, id := range ids {
		s.indexes[id] = i
		rule, ok := s.run.Catalog.Rule(id)
		if !ok {
			rule = finding.Rule{ID: id, Title: id, Description: id, Severity: finding.Warning}
		}
		out = append(out, descriptor(rule))
	}
	return out
}

func descriptor(r finding.Rule) *sarif.ReportingDescriptor {
	links, uri := slices.Clone(r.Links), (*string)(nil)
	if at := Page(r); at != "" {
		uri = pointer(at)
		if !r.External {
			links = append(links, at)
		}
	}
	help := strings.TrimSpace(r.Description)
	if help == "" {
		help = sentence(r.Title)
	}
	markdown := help
	for _, link := range links {
		markdown += "\n\n<" + link + ">"
	}
	properties := sarif.Properties{"problem.severity": problemSeverity(r.Severity), "precision": "very-high"}
	if r.SecuritySeverity != "" {
		properties["security-severity"] = r.SecuritySeverity
	}
	var tags []string
	if r.Category != "" {
		tags = []string{r.Category}
	}
	return &sarif.ReportingDescriptor{
		ID:                   pointer(r.ID),
		Name:                 pointer(ruleName(r.ID)),
		ShortDescription:     text2(sentence(r.Title), ""),
		FullDescription:      text2(unwrapLines(help), ""),
		Help:                 text2(unwrapLines(help), markdown),
		HelpURI:              uri,
		DefaultConfiguration: &sarif.ReportingConfiguration{Enabled: r.Set == finding.SetDefault, Level: sarifLevel(r.Severity)},
		Properties:           &sarif.PropertyBag{Properties: properties, Tags: tags},
	}
}

// results are the results for one file.
func (s *sarifWriter) results(r Result) []*sarif.Result {
	var out []*sarif.Result
	findings := slices.DeleteFunc(slices.Clone(r.Findings), func(f finding.Finding) bool { return !s.run.reported(f) })
	var prints []string
	if r.Source != nil {
		prints = baseline.Fingerprints(*s.artifact(r.Path).URI, r.Source, findings)
	}
	for i, f := range findings {
		result := &sarif.Result{
			RuleID:    pointer(f.Rule),
			RuleIndex: s.indexes[f.Rule],
			Level:     sarifLevel(f.Severity),
			Message:   message(sentence(f.Text())),
			Locations: []*sarif.Location{s.place(r, f.Span, -1, "")},
		}
		if f.Unknown {
			result.Kind, result.Level = "open", "none"
		}
		result.PartialFingerprints = map[string]string{fingerprintKey: prints[i]}
		for i, x := range f.Related {
			result.RelatedLocations = append(result.RelatedLocations, s.place(r, x.Span, i+1, x.Message))
		}
		if f.Fix != nil {
			change := &sarif.ArtifactChange{ArtifactLocation: s.artifact(r.Path)}
			for _, e := range f.Fix.Edits {
				change.Replacements = append(change.Replacements, &sarif.Replacement{
					DeletedRegion: region(r.Source, e.Span), InsertedContent: &sarif.ArtifactContent{Text: pointer(e.Text)}})
			}
			result.Fixes = []*sarif.Fix{{Description: message(f.Fix.Title), ArtifactChanges: []*sarif.ArtifactChange{change}}}
		}
		if f.Suppressed != nil {
			suppression := &sarif.Suppression{Kind: pointer("external")}
			if !f.Suppressed.External {
				suppression = &sarif.Suppression{Kind: pointer("inSource"), Location: s.place(r, f.Suppressed.Span, -1, "")}
			}
			if f.Suppressed.Reason != "" {
				suppression.Justification = pointer(f.Suppressed.Reason)
			}
			result.Suppressions = []*sarif.Suppression{suppression}
		}
		out = append(out, result)
	}
	return out
}

func (s *sarifWriter) place(r Result, span source.Span, id int, note string) *sarif.Location {
	out := &sarif.Location{ID: id, PhysicalLocation: &sarif.PhysicalLocation{ArtifactLocation: s.artifact(r.Path), Region: region(r.Source, span)}}
	if note != "" {
		out.Message = message(sentence(note))
	}
	return out
}

// maxSnippet bounds the text of a result, in bytes.
const maxSnippet = 2000

func region(src *source.File, span source.Span) *sarif.Region {
	start, end := src.Position(span.Start), src.Position(span.End)
	out := &sarif.Region{
		StartLine: pointer(start.Line), StartColumn: pointer(start.Column), EndLine: pointer(end.Line), EndColumn: pointer(end.Column),
		ByteOffset: span.Start, ByteLength: pointer(span.Len()),
	}
	if text := src.Text(span); text != "" && len(text) <= maxSnippet {
		out.Snippet = &sarif.ArtifactContent{Text: pointer(strings.ToValidUTF8(text, "\uFFFD"))}
	}
	return out
}

// artifact is a path as a URI. Code scanning services place only relative ones in the repository.
func (s *sarifWriter) artifact(name string) *sarif.ArtifactLocation {
	uri, relative := s.places.uri(name)
	if !relative {
		return &sarif.ArtifactLocation{URI: pointer(uri)}
	}
	return &sarif.ArtifactLocation{URI: pointer(uri), URIBaseID: pointer(rootID)}
}

// encodeSARIF leaves out what only says the default: go-sarif writes many fields that are empty.
func encodeSARIF(w io.Writer, report *sarif.Report) error {
	// The same without methods: Validate, which the linker would keep, brings a schema validator and templates along, and with these every
	// method of every type.
	type fields sarif.Report
	text, err := json.Marshal((*fields)(report))
	if err != nil {
		return err
	}
	var tree map[string]any
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(prune(tree))
}

func prune(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for key, value := range x {
			value = prune(value)
			switch y := value.(type) {
			case nil:
				delete(x, key)
				continue
			case []any:
				if len(y) == 0 && key != "results" {
					delete(x, key)
					continue
				}
			case map[string]any:
				if len(y) == 0 && key == "properties" {
					delete(x, key)
					continue
				}
			}
			switch key {
			case "rank", "charOffset", "index", "isComprehensive", "language", "enabled":
				delete(x, key)
				continue
			case "id":
				if n, ok := value.(json.Number); ok && n == "-1" {
					delete(x, key)
					continue
				}
			}
			x[key] = value
		}
		return x
	case []any:
		for i := range x {
			x[i] = prune(x[i])
		}
	}
	return v
}

func pointer[T any](v T) *T { return &v }

func message(text string) *sarif.Message { return &sarif.Message{Text: pointer(text)} }

func text2(text, markdown string) *sarif.MultiformatMessageString {
	out := &sarif.MultiformatMessageString{Text: pointer(text)}
	if markdown != "" {
		out.Markdown = pointer(markdown)
	}
	return out
}

// sentence ends with a full stop: SARIF wants sentences.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// unwrapLines joins the lines of a paragraph.
func unwrapLines(s string) string {
	var out []string
	for _, paragraph := range strings.Split(s, "\n\n") {
		out = append(out, strings.Join(strings.Fields(paragraph), " "))
	}
	return strings.Join(out, "\n\n")
}

// ruleName is a name for people, which SARIF wants to differ from the id.
func ruleName(id string) string {
	if finding.IsShellCheck(id) {
		return "ShellCheck" + id[len("SC"):]
	}
	return pascal(id)
}

// pascal makes RootUser of root-user.
func pascal(id string) string {
	up := true
	return strings.Map(func(r rune) rune {
		switch {
		case r == '-':
			up = true
			return -1
		case up:
			up = false
			return unicode.ToUpper(r)
		}
		return r
	}, id)
}

func sarifLevel(s finding.Severity) string {
	switch s {
	case finding.Error:
		return "error"
	case finding.Warning:
		return "warning"
	case finding.Note:
		return "note"
	}
	return "none"
}

func problemSeverity(s finding.Severity) string {
	if s == finding.Note || s == finding.Off {
		return "recommendation"
	}
	return sarifLevel(s)
}
