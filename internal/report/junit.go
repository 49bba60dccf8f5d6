package report

import (
	"encoding/xml"
	"fmt"
	"io"
)

// JUnit's XML as Jenkins and GitLab read it: a suite for each file and a failed test for each finding, whatever its severity, which is the
// failure's type. A clean file is one test that passes. What is suppressed or could not be decided is a skipped test.
type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"` // always 0: the same run gives the same bytes
	Cases    []junitCase `xml:"testcase"`
	seen     map[string]int
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Time    string        `xml:"time,attr"`
	Skipped *junitSkip    `xml:"skipped"`
	Error   *junitFailure `xml:"error"`
	Failure *junitFailure `xml:"failure"`
}

type junitSkip struct {
	Message string `xml:"message,attr"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

func writeJUnit(w io.Writer, run *Run, _ Options) error {
	out := junitReport{Name: "plimline"}
	if len(run.Notices) > 0 {
		s := junitSuite{Name: "configuration", Time: "0"}
		for _, notice := range run.Notices {
			s.add(junitCase{Name: failureRule, Class: s.Name, Error: &junitFailure{visible(notice, false), "error", visible(notice, true)}})
		}
		out.Suites = append(out.Suites, s)
	}
	for _, r := range run.Results {
		out.Suites = append(out.Suites, run.junitSuite(r))
	}
	for _, s := range out.Suites {
		out.Tests, out.Failures, out.Errors = out.Tests+s.Tests, out.Failures+s.Failures, out.Errors+s.Errors
	}
	return encodeXML(w, out)
}

func (r *Run) junitSuite(result Result) junitSuite {
	path := visible(result.Path, false)
	s := junitSuite{Name: path, Time: "0"}
	if result.Err != nil {
		s.add(junitCase{Name: failureRule, Class: path, File: path, Error: &junitFailure{visible(result.Err.Error(), false), "error", visible(result.Err.Error(), true)}})
		return s
	}
	for _, f := range result.Findings {
		if !r.reported(f) {
			continue
		}
		c := junitCase{Name: f.Rule + ": " + visible(f.Text(), false), Class: path, File: path}
		switch {
		case f.Suppressed != nil:
			c.Skipped = &junitSkip{"suppressed"}
			if f.Suppressed.Reason != "" {
				c.Skipped.Message += ": " + visible(f.Suppressed.Reason, false)
			}
		case f.Unknown:
			c.Skipped = &junitSkip{"this cannot be decided from the file"}
		default:
			p := result.Source.Position(f.Span.Start)
			text := fmt.Sprintf("%s:%d:%d: %s: %s [%s]", path, p.Line, p.Column, f.Severity, visible(f.Text(), false), f.Rule)
			if f.Fix != nil {
				text += "\nhelp: " + visible(f.Fix.Title, false)
			}
			c.Failure = &junitFailure{visible(f.Text(), false), f.Severity.String(), text}
		}
		s.add(c)
	}
	if s.Tests == 0 {
		s.add(junitCase{Name: failureRule, Class: path, File: path})
	}
	return s
}

// add appends a test. Readers tell tests apart, and know them again in the next run, by their names: no line numbers are in them, and equal
// ones are counted.
func (s *junitSuite) add(c junitCase) {
	if s.seen == nil {
		s.seen = map[string]int{}
	}
	if s.seen[c.Name]++; s.seen[c.Name] > 1 {
		c.Name = fmt.Sprintf("%s (%d)", c.Name, s.seen[c.Name])
	}
	c.Time = "0"
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}
