package cli

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/plimline/plimline/internal/buildcontext"
	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/lint"
	"github.com/plimline/plimline/internal/policy"
	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
	"github.com/plimline/plimline/internal/spec"
	"github.com/plimline/plimline/internal/stage"
)

type testOptions struct {
	settings settingsOptions
	run      string
	format   string
	output   string
	coverage bool
	lcov     string
	update   bool
	verbose  bool
}

func (a *app) testCommand() *cobra.Command {
	var opt testOptions
	cmd := &cobra.Command{
		Use:   "test [PATH...]",
		Short: "Test policies of your own",
		Long: `Test policies: in their bad examples they find something, and their fixes mend that for good; in good ones they find nothing; the rules
called test_ in *_test.rego are true. A PATH is a folder or a .rego file; without one, what plimline.yaml names, or the folder policies.

Examples are bad.Dockerfile, good-CASE.Dockerfile, or folders bad-CASE with a Dockerfile and what lies beside it, in the policy's folder (beside a
short form NAME.rego: in a folder NAME). Tests see their documents as data.plimline.examples[ID][NAME].

Exit code: 0 all pass, 1 one failed, 2 a policy or a test cannot be used.`,
		Example: "  plimline test\n  plimline test --run approved --coverage policies\n  plimline test --format junit --output policies.xml",
		RunE:    func(_ *cobra.Command, args []string) error { return a.test(args, &opt) },
	}
	f := cmd.Flags()
	opt.settings.placeFlags(f)
	f.StringVar(&opt.run, "run", "", "only examples (ID/FILE) and tests whose names match this `REGEXP`")
	f.StringVarP(&opt.format, "format", "f", "text", "`FORMAT`: text, json or junit")
	f.StringVarP(&opt.output, "output", "o", "", "write the results to `FILE`")
	f.BoolVar(&opt.coverage, "coverage", false, "show which lines of the policies nothing used")
	f.StringVar(&opt.lcov, "lcov", "", "write the coverage to `FILE` in LCOV's format")
	f.BoolVar(&opt.update, "update", false, "write the pages (README.md) of policy folders")
	f.BoolVarP(&opt.verbose, "verbose", "v", false, "show what passes too")
	return cmd
}

// tested is an example, a test or a page, and what became of it.
type tested struct {
	Policy  string   `json:"policy"` // or the package of a test
	Name    string   `json:"name"`
	File    string   `json:"file"`
	Line    int      `json:"line,omitempty"`
	Status  string   `json:"status"` // passed, failed or skipped
	Message []string `json:"messages"`
	Output  string   `json:"output,omitempty"`
	Seconds float64  `json:"seconds"`
}

const (
	passed  = "passed"
	failed  = "failed"
	skipped = "skipped"
)

func (a *app) test(args []string, opt *testOptions) error {
	write := map[string]func(*bytes.Buffer, []tested, bool) error{"text": testText, "json": testJSON, "junit": testJUnit}[opt.format]
	if write == nil {
		return fmt.Errorf("--format %q: use text, json or junit", opt.format)
	}
	filter, err := regexp.Compile(opt.run)
	if err != nil {
		return fmt.Errorf("--run: %w", err)
	}
	var coverage *policy.Coverage
	if opt.coverage || opt.lcov != "" {
		coverage = policy.NewCoverage()
	}
	engine, err := a.ownPolicies(&opt.settings, args, coverage)
	if err != nil {
		return err
	}
	for _, problem := range engine.Errors() {
		a.unusable(problem)
	}
	results, examples, err := a.testExamples(engine, filter, opt.update)
	if err != nil {
		return err
	}
	tests, err := engine.Test(a.ctx, filter, examples, coverage)
	if err != nil {
		a.unusable(err)
	}
	if err := a.ctx.Err(); err != nil {
		return err
	}
	for _, t := range tests {
		results = append(results, ofTest(t))
	}
	for _, r := range results {
		if r.Status == failed {
			a.code = max(a.code, ExitFindings)
		}
	}
	var b bytes.Buffer
	if err := write(&b, results, opt.verbose); err != nil {
		return err
	}
	if opt.output != "" {
		if err := replaceFile(opt.output, b.Bytes()); err != nil {
			return fmt.Errorf("write %s: %w", opt.output, err)
		}
		b.Reset()
		if err := testText(&b, results, opt.verbose); err != nil {
			return err
		}
	}
	if opt.coverage {
		coverageText(&b, coverage.Files(engine))
	}
	if opt.lcov != "" {
		if err := replaceFile(opt.lcov, lcov(coverage.Files(engine))); err != nil {
			return fmt.Errorf("write %s: %w", opt.lcov, err)
		}
	}
	out := a.stdout
	if opt.format == "text" || opt.output != "" {
		out = report.Safe(out)
	}
	_, err = out.Write(b.Bytes())
	return err
}

// unusable says what cannot be used, a problem on each line. What is indented belongs to the line before.
func (a *app) unusable(problems error) {
	for line := range strings.SplitSeq(problems.Error(), "\n") {
		if !strings.HasPrefix(line, "\t") {
			line = "plimline: " + line
		}
		fmt.Fprintln(a.stderr, line)
	}
	a.code = ExitFailure
}

// testExamples tries the policies' examples, and compares or writes their pages. It returns the documents of all examples by policy and name.
func (a *app) testExamples(engine *policy.Engine, filter *regexp.Regexp, update bool) ([]tested, map[string]map[string]*document.Document, error) {
	linter := lint.New(engine, nil)
	documents := map[string]map[string]*document.Document{}
	var out []tested
	for _, own := range engine.Own() {
		if own.Examples == nil {
			continue
		}
		began := time.Now()
		ctx, cancel := context.WithTimeout(a.ctx, time.Minute)
		checked, err := spec.Check(ctx, linter, own.Rule, own.Examples, spec.Options{By: pageBy})
		cancel()
		if err != nil {
			a.unusable(fmt.Errorf("examples of %s: %w", own.File, err))
			continue
		}
		seconds := time.Since(began).Seconds() / float64(max(1, len(checked.Examples)))
		documents[own.ID] = map[string]*document.Document{}
		for _, e := range checked.Examples {
			documents[own.ID][e.Name()] = lint.Read(source.NewFile(e.File, e.Text), stage.Options{}, buildcontext.Context{})
			if filter.MatchString(own.ID + "/" + e.File) {
				out = append(out, outcome(own, e.File, e.Problems, seconds))
			}
		}
		if page, err := a.testPage(own, checked.Page, update); err != nil {
			return nil, nil, err
		} else if page != nil && filter.MatchString(own.ID+"/README.md") {
			out = append(out, *page)
		}
	}
	return out, documents, nil
}

const pageBy = "plimline test --update"

func outcome(own policy.Own, file string, problems []string, seconds float64) tested {
	r := tested{Policy: own.ID, Name: file, File: own.File, Status: passed, Message: append([]string{}, problems...), Seconds: seconds}
	if len(problems) > 0 {
		r.Status = failed
	}
	return r
}

// testPage compares the page of a policy folder with what it is to be, or writes it. A page that plimline has not made is left alone.
func (a *app) testPage(own policy.Own, page []byte, update bool) (*tested, error) {
	if !own.Folder {
		return nil, nil
	}
	name := filepath.Join(filepath.Dir(filepath.FromSlash(own.File)), "README.md")
	if info, err := os.Stat(filepath.Dir(name)); err != nil || !info.IsDir() {
		return nil, nil // it is in a bundle
	}
	old, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	missing := err != nil
	if missing && !update || !missing && !bytes.Contains(old, []byte(pageBy)) {
		return nil, nil
	}
	if bytes.Equal(old, page) {
		r := outcome(own, "README.md", nil, 0)
		return &r, nil
	}
	if !update {
		r := outcome(own, "README.md", []string{"the page is out of date; plimline test --update writes it"}, 0)
		return &r, nil
	}
	if err := replaceFile(name, page); err != nil {
		return nil, fmt.Errorf("write %s: %w", filepath.ToSlash(name), err)
	}
	fmt.Fprintf(a.stderr, "wrote %s\n", filepath.ToSlash(name))
	return nil, nil
}

func ofTest(t policy.TestResult) tested {
	at := strings.LastIndexByte(t.Name, '.')
	r := tested{Policy: t.Name[:at], Name: t.Name[at+1:], File: t.File, Line: t.Line, Status: passed, Message: []string{}, Output: t.Output, Seconds: t.Time.Seconds()}
	switch {
	case t.Skipped:
		r.Status = skipped
	case !t.Passed:
		r.Status, r.Message = failed, []string{t.Message}
	}
	return r
}

// where is what a result is about, as an editor can jump to it.
func (r *tested) where() string {
	if r.Line > 0 {
		return fmt.Sprintf("%s:%d", r.File, r.Line)
	}
	return r.File
}

func testText(b *bytes.Buffer, results []tested, verbose bool) error {
	counts := map[string]int{}
	for _, r := range results {
		counts[r.Status]++
		switch {
		case r.Status == failed:
			fmt.Fprintf(b, "FAIL  %s/%s\n", r.Policy, r.Name)
			for _, message := range r.Message {
				fmt.Fprintf(b, "      %s: %s\n", r.where(), message)
			}
		case verbose && r.Status == skipped:
			fmt.Fprintf(b, "skip  %s/%s\n", r.Policy, r.Name)
		case verbose:
			fmt.Fprintf(b, "ok    %s/%s\n", r.Policy, r.Name)
		}
		if r.Output != "" && (verbose || r.Status == failed) {
			for line := range strings.Lines(r.Output) {
				fmt.Fprintf(b, "      | %s\n", strings.TrimRight(line, "\n"))
			}
		}
	}
	if len(results) == 0 {
		fmt.Fprintln(b, "no examples and no tests")
		return nil
	}
	fmt.Fprintf(b, "%d passed, %d failed", counts[passed], counts[failed])
	if counts[skipped] > 0 {
		fmt.Fprintf(b, ", %d skipped", counts[skipped])
	}
	b.WriteByte('\n')
	return nil
}

func testJSON(b *bytes.Buffer, results []tested, _ bool) error {
	return printJSON(b, append([]tested{}, results...))
}

// JUnit's format, as far as its readers agree on it.
type junitSuites struct {
	XMLName xml.Name      `xml:"testsuites"`
	Suites  []*junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr"`
	Line    int           `xml:"line,attr,omitempty"`
	Time    string        `xml:"time,attr"`
	Failure *junitMessage `xml:"failure"`
	Skipped *struct{}     `xml:"skipped"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func testJUnit(b *bytes.Buffer, results []tested, _ bool) error {
	var all junitSuites
	var suite *junitSuite
	for _, r := range results {
		if suite == nil || suite.Name != r.Policy {
			suite = &junitSuite{Name: r.Policy}
			all.Suites = append(all.Suites, suite)
		}
		c := junitCase{Name: r.Name, Class: r.Policy, File: r.File, Line: r.Line, Time: strconv.FormatFloat(r.Seconds, 'f', 3, 64), Output: r.Output}
		suite.Tests++
		switch r.Status {
		case failed:
			suite.Failures++
			c.Failure = &junitMessage{r.Message[0], strings.Join(r.Message, "\n")}
		case skipped:
			suite.Skipped++
			c.Skipped = &struct{}{}
		}
		suite.Cases = append(suite.Cases, c)
	}
	b.WriteString(xml.Header)
	e := xml.NewEncoder(b)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	b.WriteByte('\n')
	return nil
}

// coverageText says for each file how much was used, and what was not.
func coverageText(b *bytes.Buffer, files []policy.FileCoverage) {
	for _, f := range files {
		total := len(f.Covered) + len(f.NotCovered)
		percent := 100.0
		if total > 0 {
			percent = 100 * float64(len(f.Covered)) / float64(total)
		}
		fmt.Fprintf(b, "%5.1f %%  %s", percent, f.File)
		if len(f.NotCovered) > 0 {
			fmt.Fprintf(b, "  not used: %s", ranges(f.NotCovered))
		}
		b.WriteByte('\n')
	}
}

// ranges writes numbers as "3, 5-8".
func ranges(rows []int) string {
	var parts []string
	for i := 0; i < len(rows); {
		j := i
		for j+1 < len(rows) && rows[j+1] == rows[j]+1 {
			j++
		}
		part := strconv.Itoa(rows[i])
		if j > i {
			part += "-" + strconv.Itoa(rows[j])
		}
		parts, i = append(parts, part), j+1
	}
	return strings.Join(parts, ", ")
}

// lcov is the coverage as genhtml and its like read it (man geninfo, "FILES").
func lcov(files []policy.FileCoverage) []byte {
	var b bytes.Buffer
	for _, f := range files {
		fmt.Fprintf(&b, "TN:\nSF:%s\n", f.File)
		hit := map[int]int{}
		for _, row := range f.Covered {
			hit[row] = 1
		}
		for _, row := range f.NotCovered {
			hit[row] = 0
		}
		for _, row := range slices.Sorted(maps.Keys(hit)) {
			fmt.Fprintf(&b, "DA:%d,%d\n", row, hit[row])
		}
		fmt.Fprintf(&b, "LF:%d\nLH:%d\nend_of_record\n", len(hit), len(f.Covered))
	}
	return b.Bytes()
}
