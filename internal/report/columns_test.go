package report_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
)

// TestColumns: each format counts columns as its reader does, behind tabs, emoji, wide and combining characters.
func TestColumns(t *testing.T) {
	text := "\xEF\xBB\xBFFROM a\r\n\tRUN \"🚀 日 e\u0301\" x\r\n"
	src := source.NewFile("D", []byte(text))
	r := of("D", text, finding.Finding{Span: at(t, src, "a", 1), Message: "m"}, finding.Finding{Span: at(t, src, "x", 1), Message: "m"})
	want := map[string]string{
		"text":       "D:1:6 D:2:15",
		"json":       "1:6 2:15", // code points
		"github":     "1:6 2:15",
		"azure":      "1:6 2:15",
		"checkstyle": "1:6 2:15",
		"gnu":        "D:1:6 D:2:23",       // the screen, with tab stops every 8
		"rdjson":     "1:9-1:10 2:21-2:22", // bytes, the byte order mark too
		"sonarqube":  "1:5-1:6 2:15-2:16",  // UTF-16 units from 0
	}
	got := map[string]string{}
	for name := range want {
		got[name] = places(t, name, write(t, name, r, report.Options{}))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// places takes line and column of both findings out of a report.
func places(t *testing.T, format, out string) string {
	t.Helper()
	var all []string
	scan := func(prefix, pattern string, n int) {
		for line := range strings.Lines(out) {
			if i := strings.Index(line, prefix); i >= 0 {
				values := make([]int, n)
				args := make([]any, n)
				for k := range values {
					args[k] = &values[k]
				}
				if _, err := fmt.Sscanf(line[i:], pattern, args...); err != nil {
					t.Fatalf("%s: %q: %v", format, line, err)
				}
				all = append(all, fmt.Sprintf("%d:%d", values[0], values[n-1]))
			}
		}
	}
	switch format {
	case "text", "gnu":
		scan("D:", "D:%d:%d", 2)
		for i := range all {
			all[i] = "D:" + all[i]
		}
	case "github":
		scan("line=", "line=%d,endLine=%d,col=%d", 3)
	case "azure":
		scan("linenumber=", "linenumber=%d;columnnumber=%d", 2)
	case "checkstyle":
		scan(`line="`, `line="%d" column="%d"`, 2)
	case "json":
		var v struct {
			Files []struct {
				Findings []struct{ Start source.Position }
			}
		}
		decode(t, out, &v)
		for _, f := range v.Files[0].Findings {
			all = append(all, fmt.Sprintf("%d:%d", f.Start.Line, f.Start.Column))
		}
	case "rdjson":
		var v struct {
			Diagnostics []struct {
				Location struct {
					Range struct{ Start, End source.Position }
				}
			}
		}
		decode(t, out, &v)
		for _, d := range v.Diagnostics {
			x := d.Location.Range
			all = append(all, fmt.Sprintf("%d:%d-%d:%d", x.Start.Line, x.Start.Column, x.End.Line, x.End.Column))
		}
	case "sonarqube":
		var v struct {
			Issues []struct {
				PrimaryLocation struct {
					TextRange struct{ StartLine, StartColumn, EndLine, EndColumn int }
				}
			}
		}
		decode(t, out, &v)
		for _, i := range v.Issues {
			x := i.PrimaryLocation.TextRange
			all = append(all, fmt.Sprintf("%d:%d-%d:%d", x.StartLine, x.StartColumn, x.EndLine, x.EndColumn))
		}
	}
	return strings.Join(all, " ")
}

func decode(t *testing.T, text string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatal(err)
	}
}

// TestSonarQubeLines: a carriage return by itself ends a line for SonarQube, which refuses a whole report for one column that is not there.
func TestSonarQubeLines(t *testing.T) {
	text := "FROM a\rRUN b\r\n"
	src := source.NewFile("D", []byte(text))
	end := finding.Finding{Span: source.Span{Start: at(t, src, "b", 1).Start, End: len(text)}, Message: "m"}
	if got := places(t, "sonarqube", write(t, "sonarqube", of("D", text, end), report.Options{})); got != "2:4-3:0" {
		t.Errorf("it is at %s", got)
	}
	end.Span.End--
	if got := places(t, "sonarqube", write(t, "sonarqube", of("D", text, end), report.Options{})); got != "2:4-2:5" {
		t.Errorf("it is at %s", got)
	}
}
