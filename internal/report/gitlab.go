package report

import (
	"crypto/sha256"
	"encoding/hex"
	"io"

	"github.com/plimline/plimline/internal/baseline"
	"github.com/plimline/plimline/internal/finding"
)

// gitlabIssue is what GitLab reads of a Code Climate issue (docs.gitlab.com, "Code Quality report format"), and the two fields more that
// others want, Jenkins among them.
type gitlabIssue struct {
	Type        string         `json:"type"` // "issue"
	Categories  []string       `json:"categories"`
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"` // info, minor, major, critical or blocker
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"` // relative to the repository, without "./"
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end"`
}

// writeGitLab writes a Code Quality report. The fingerprints are those of SARIF, so that an issue is the same one in every merge request.
func writeGitLab(w io.Writer, run *Run, _ Options) error {
	places := newPlaces()
	prints := map[*Result]map[*finding.Finding]string{}
	out := []gitlabIssue{}
	for i := range run.issues() {
		x := gitlabIssue{"issue", []string{run.gitlabCategory(i.rule)}, i.message, i.rule, "", gitlabSeverity(i),
			gitlabLocation{places.relative(i.path), gitlabLines{i.line, i.line}}}
		if i.finding == nil {
			sum := sha256.Sum256([]byte(i.path + "\x00" + i.message))
			x.Fingerprint = hex.EncodeToString(sum[:16])
		} else {
			if prints[i.result] == nil {
				prints[i.result] = run.fingerprints(places, i.result)
			}
			x.Fingerprint = prints[i.result][i.finding]
			x.Location.Lines.End = i.result.Source.Line(max(i.finding.Span.Start, i.finding.Span.End-1))
		}
		out = append(out, x)
	}
	return encode(w, out)
}

func (r *Run) gitlabCategory(id string) string {
	rule, _ := r.Catalog.Rule(id)
	switch rule.Category {
	case "security":
		return "Security"
	case "performance", "size":
		return "Performance"
	case "clarity":
		return "Clarity"
	case "style":
		return "Style"
	}
	return "Bug Risk"
}

func gitlabSeverity(i issue) string {
	switch {
	case i.finding == nil:
		return "blocker"
	case i.unknown():
		return "info"
	case i.severity == finding.Error:
		return "critical"
	case i.severity == finding.Warning:
		return "major"
	}
	return "minor"
}

// fingerprints are those of the findings of a file that belong in a report, as SARIF has them.
func (r *Run) fingerprints(places places, result *Result) map[*finding.Finding]string {
	var at []*finding.Finding
	var found []finding.Finding
	for i, f := range result.Findings {
		if r.reported(f) {
			at, found = append(at, &result.Findings[i]), append(found, f)
		}
	}
	uri, _ := places.uri(result.Path)
	out := map[*finding.Finding]string{}
	for i, print := range baseline.Fingerprints(uri, result.Source, found) {
		out[at[i]] = print
	}
	return out
}
