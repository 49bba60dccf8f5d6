package report

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

// SonarQube's generic issue import format, as of SonarQube 10.3 (docs.sonarsource.com, "Generic issue import format"). Its severities
// belong to rules, not to issues; a rule has the worst of its findings' here.
type sonarReport struct {
	Rules  []sonarRule  `json:"rules"`
	Issues []sonarIssue `json:"issues"`
}

type sonarRule struct {
	ID          string        `json:"id"`
	Name        string        `json:"name"`
	Description string        `json:"description"`
	EngineID    string        `json:"engineId"`
	Attribute   string        `json:"cleanCodeAttribute"`
	Type        string        `json:"type"`
	Severity    string        `json:"severity"`
	Impacts     []sonarImpact `json:"impacts"`
}

type sonarImpact struct {
	Quality  string `json:"softwareQuality"`
	Severity string `json:"severity"`
}

type sonarIssue struct {
	RuleID    string          `json:"ruleId"`
	Primary   sonarLocation   `json:"primaryLocation"`
	Secondary []sonarLocation `json:"secondaryLocations,omitempty"`
}

type sonarLocation struct {
	Message string      `json:"message"`
	Path    string      `json:"filePath"`
	Range   *sonarRange `json:"textRange,omitempty"`
}

// sonarRange has lines from 1 and columns from 0, in UTF-16 units. A range that is empty or reaches beyond its line stops the import.
type sonarRange struct {
	StartLine   int  `json:"startLine"`
	EndLine     int  `json:"endLine,omitempty"`
	StartColumn *int `json:"startColumn,omitempty"`
	EndColumn   *int `json:"endColumn,omitempty"`
}

// writeSonarQube leaves out what could not be decided: the format has no word for it.
func writeSonarQube(w io.Writer, run *Run, _ Options) error {
	out := sonarReport{Rules: []sonarRule{}, Issues: []sonarIssue{}}
	worst := map[string]finding.Severity{}
	sources := map[*Result]*source.File{}
	places := newPlaces()
	for i := range run.issues() {
		if i.unknown() {
			continue
		}
		worst[i.rule] = max(worst[i.rule], i.severity)
		path := places.relative(i.path)
		x := sonarIssue{RuleID: i.rule, Primary: sonarLocation{Message: i.message, Path: path}}
		if i.finding == nil {
			if i.line > 1 {
				x.Primary.Range = &sonarRange{StartLine: i.line}
			}
		} else {
			if sources[i.result] == nil {
				sources[i.result] = sonarLines(i.result.Source)
			}
			src := sources[i.result]
			x.Primary.Range = sonarRangeOf(src, i.finding.Span)
			for _, r := range i.finding.Related {
				x.Secondary = append(x.Secondary, sonarLocation{r.Message, path, sonarRangeOf(src, r.Span)})
			}
		}
		out.Issues = append(out.Issues, x)
	}
	for id, severity := range worst {
		out.Rules = append(out.Rules, run.sonarRule(id, severity))
	}
	slices.SortStableFunc(out.Rules, func(a, b sonarRule) int { return strings.Compare(a.ID, b.ID) })
	return encode(w, out)
}

func (r *Run) sonarRule(id string, severity finding.Severity) sonarRule {
	rule, ok := r.Catalog.Rule(id)
	if !ok {
		rule = finding.Rule{ID: id, Title: id, Description: id}
	}
	out := sonarRule{ID: id, Name: rule.Title, Description: strings.TrimSpace(rule.Description), EngineID: "plimline",
		Attribute: "CONVENTIONAL", Type: "CODE_SMELL", Severity: "MINOR", Impacts: []sonarImpact{{"MAINTAINABILITY", "LOW"}}}
	switch rule.Category {
	case "security":
		out.Attribute, out.Type, out.Impacts[0].Quality = "TRUSTWORTHY", "VULNERABILITY", "SECURITY"
	case "correctness", "operation", "reproducibility":
		out.Attribute, out.Type, out.Impacts[0].Quality = "LOGICAL", "BUG", "RELIABILITY"
	case "size", "performance":
		out.Attribute = "EFFICIENT"
	case "clarity":
		out.Attribute = "CLEAR"
	}
	switch severity {
	case finding.Error:
		out.Severity, out.Impacts[0].Severity = "CRITICAL", "HIGH"
	case finding.Warning:
		out.Severity, out.Impacts[0].Severity = "MAJOR", "MEDIUM"
	}
	return out
}

// sonarLines is a file with the lines that SonarQube sees: a carriage return by itself ends one.
func sonarLines(src *source.File) *source.File {
	if bytes.Count(src.Bytes, []byte("\r")) == bytes.Count(src.Bytes, []byte("\r\n")) {
		return src
	}
	text := slices.Clone(src.Bytes)
	for i, c := range text {
		if c == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			text[i] = '\n'
		}
	}
	return source.NewFile(src.Path, text)
}

func sonarRangeOf(src *source.File, s source.Span) *sonarRange {
	at := func(offset int) (line, column int) {
		line = src.Line(offset)
		p := src.PositionUTF16(min(offset, src.LineSpan(line).End)) // not into the line's end
		return line, p.Column - 1
	}
	line, column := at(s.Start)
	endLine, endColumn := at(max(s.Start, s.End))
	if line == endLine && column == endColumn {
		return &sonarRange{StartLine: line}
	}
	return &sonarRange{line, endLine, &column, &endColumn}
}
