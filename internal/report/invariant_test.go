package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
)

// of is a run over one file with findings of one rule that is in no catalogue.
func of(path, text string, found ...finding.Finding) *report.Run {
	for i := range found {
		found[i].Rule, found[i].Severity = "x", finding.Warning
	}
	return &report.Run{Version: "1.0.0", ShowUnknown: true, Catalog: finding.NewCatalog(nil),
		Results: []report.Result{{Path: path, Source: source.NewFile(path, []byte(text)), Findings: found}}}
}

func write(t *testing.T, format string, run *report.Run, opt report.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Write(&b, format, run, opt); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// sarifResult is what tests look at in a result.
type sarifResult struct {
	Locations []struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI, URIBaseID string }
			ContextRegion    *struct{ Snippet struct{ Text string } }
		}
	}
	PartialFingerprints map[string]string
}

func sarifResults(t *testing.T, run *report.Run) []sarifResult {
	t.Helper()
	var log struct {
		Runs []struct{ Results []sarifResult }
	}
	if err := json.Unmarshal([]byte(write(t, "sarif", run, report.Options{})), &log); err != nil {
		t.Fatal(err)
	}
	return log.Runs[0].Results
}

// TestRepeatable: the same run gives the same bytes.
func TestRepeatable(t *testing.T) {
	for _, format := range report.Formats() {
		first := write(t, format, run(t), report.Options{Color: true, Width: 80})
		for range 5 {
			if diff := cmp.Diff(first, write(t, format, run(t), report.Options{Color: true, Width: 80})); diff != "" {
				t.Errorf("%s:\n%s", format, diff)
			}
		}
	}
}

// TestLocale: the bytes do not depend on the locale, which libraries read before any test runs.
func TestLocale(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the test binary again")
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestGolden$")
	cmd.Env = append(os.Environ(), "LC_ALL=ja_JP.UTF-8", "RUNEWIDTH_EASTASIAN=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestAnySpan: no text and no span makes a report panic, break JSON or send control characters to a terminal.
func TestAnySpan(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	pieces := []string{"a", " ", "\t", "日", "é", "e\u0301", "👩‍👩‍👧", "🇩🇪", "\r", "\n", "\r\n", "\x1b[2J", "\xff", "\u202e", source.BOM, "\u0085", "\u2028", "</script><script>", "'\"|`@me #1", strings.Repeat("x", 30)}
	for range 1500 {
		var b strings.Builder
		for range random.Intn(40) {
			b.WriteString(pieces[random.Intn(len(pieces))])
		}
		text := b.String()
		start := random.Intn(len(text) + 1)
		span := source.Span{Start: start, End: start + random.Intn(len(text)-start+1)}
		run := of("D", text, finding.Finding{Span: span, Message: text, Related: []finding.Related{{Span: span, Message: text}},
			Fix: &finding.Fix{Title: text, Edits: []finding.Edit{{Span: span, Text: text}}}})
		for _, format := range report.Formats() {
			out := write(t, format, run, report.Options{Width: random.Intn(90)})
			if err := wellFormed(format, out); err != nil {
				t.Fatalf("%s of %q at %v: %v", format, text, span, err)
			}
		}
	}
}

// wellFormed says what makes a report unreadable, whatever it says.
func wellFormed(format, out string) error {
	switch format {
	case "json", "sarif", "gitlab", "rdjson", "sonarqube":
		if !json.Valid([]byte(out)) {
			return errors.New("not JSON")
		}
		return nil
	case "jsonl":
		for line := range strings.Lines(out) {
			if !json.Valid([]byte(line)) {
				return fmt.Errorf("a line is not JSON: %q", line)
			}
		}
		return nil
	case "checkstyle", "junit":
		for d := xml.NewDecoder(strings.NewReader(out)); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				return err
			}
		}
	case "html":
		if n := strings.Count(out, "<script>"); n != 1 {
			return fmt.Errorf("%d scripts", n)
		}
	case "markdown":
		for line := range strings.Lines(out) {
			if strings.HasPrefix(line, "|") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 5 {
				return fmt.Errorf("a row of other columns: %q", line)
			}
		}
	case "text", "github", "azure", "gnu":
	default:
		return errors.New("no test knows this format")
	}
	if i := strings.IndexAny(out, "\x1b\r\u202e\u0085\u2028"); i >= 0 {
		return fmt.Errorf("a control character: %q", out[i:])
	}
	return nil
}

// TestURIs: a file below the working directory is relative to it however it is named.
func TestURIs(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(dir, "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	slashed := filepath.ToSlash(dir)
	for name, want := range map[string]string{
		"D":                       "%SRCROOT% D",
		"./a/../D":                "%SRCROOT% D",
		"../root/a b/ü":           "%SRCROOT% a%20b/%C3%BC",
		slashed + "/root/a/D":     "%SRCROOT% a/D",
		"a:b/D":                   "%SRCROOT% ./a:b/D",
		"..x/D":                   "%SRCROOT% ..x/D",
		"../D":                    " file://" + slashed + "/D",
		slashed + "/rooted/D":     " file://" + slashed + "/rooted/D",
		slashed + "/root/../o/D%": " file://" + slashed + "/o/D%25",
	} {
		at := sarifResults(t, of(name, "x", finding.Finding{}))[0].Locations[0].PhysicalLocation.ArtifactLocation
		if got := at.URIBaseID + " " + at.URI; got != want {
			t.Errorf("%s is at %q, want %q", name, got, want)
		}
	}
	prints := map[string]bool{}
	for _, name := range []string{"a/D", "./a/D", slashed + "/root/a/D"} {
		prints[sarifResults(t, of(name, "x", finding.Finding{}))[0].PartialFingerprints["plimline/v1"]] = true
	}
	if len(prints) != 1 {
		t.Errorf("one file has %d fingerprints", len(prints))
	}
}

// TestFingerprintsOfKeywords: when one of several findings on the same keyword is mended, the others keep
// their fingerprints; numbers in messages do not count.
func TestFingerprintsOfKeywords(t *testing.T) {
	prints := func(text string, messages ...string) []string {
		var found []finding.Finding
		for i, message := range messages {
			found = append(found, finding.Finding{Span: at(t, source.NewFile("D", []byte(text)), "ADD", i+1), Message: message})
		}
		var out []string
		for _, r := range sarifResults(t, of("D", text, found...)) {
			out = append(out, r.PartialFingerprints["plimline/v1"])
		}
		return out
	}
	before := prints("ADD a .\nADD b .\n", "ADD copies a, stage 1", "ADD copies b, stage 1")
	after := prints("COPY a .\nADD b .\n", "ADD copies b, stage 22")
	if diff := cmp.Diff(before[1:], after); diff != "" {
		t.Error(diff)
	}
}

// TestMendable: what plimline fix mends is told, but for what it has just left.
func TestMendable(t *testing.T) {
	text := "ENV a b\n"
	fix := func(safe bool) finding.Finding { return finding.Finding{Fix: &finding.Fix{Title: "t", Safe: safe}} }
	run := of("D", text, fix(true), fix(false), fix(true))
	for _, opt := range []report.Options{{}, {Statistics: true}} {
		if out := write(t, "text", run, opt); !strings.HasSuffix(out, "plimline fix mends 2 safely\n") {
			t.Errorf("%+v: %s", opt, out)
		}
		for _, without := range []report.Options{{Statistics: opt.Statistics, Fixed: true}, {Statistics: opt.Statistics, Quiet: true}} {
			if out := write(t, "text", run, without); strings.Contains(out, "mends") {
				t.Errorf("%+v: %s", without, out)
			}
		}
	}
}
