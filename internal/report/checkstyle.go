package report

import (
	"encoding/xml"
	"io"

	"github.com/plimline/plimline/internal/finding"
)

// The XML of Checkstyle's XMLLogger, which many tools read. Columns are in code points.
type checkstyleReport struct {
	XMLName xml.Name         `xml:"checkstyle"`
	Version string           `xml:"version,attr"` // of the format
	Files   []checkstyleFile `xml:"file"`
}

type checkstyleFile struct {
	Name   string            `xml:"name,attr"`
	Errors []checkstyleError `xml:"error"`
}

type checkstyleError struct {
	Line     int    `xml:"line,attr"`
	Column   int    `xml:"column,attr"`
	Severity string `xml:"severity,attr"` // error, warning or info
	Message  string `xml:"message,attr"`
	Source   string `xml:"source,attr"`
}

func writeCheckstyle(w io.Writer, run *Run, _ Options) error {
	out := checkstyleReport{Version: "4.3"}
	at := map[string]int{}
	file := func(path string) *checkstyleFile {
		i, ok := at[path]
		if !ok {
			i = len(out.Files)
			at[path] = i
			out.Files = append(out.Files, checkstyleFile{Name: visible(path, false)})
		}
		return &out.Files[i]
	}
	for i := range run.issues() {
		f := file(i.path)
		f.Errors = append(f.Errors, checkstyleError{i.line, i.column, checkstyleSeverity(i), visible(i.message, false), "plimline." + i.rule})
	}
	for _, r := range run.Results {
		file(r.Path) // clean files are listed too
	}
	return encodeXML(w, out)
}

func checkstyleSeverity(i issue) string {
	if i.unknown() || i.severity != finding.Error && i.severity != finding.Warning {
		return "info"
	}
	return i.severity.String()
}

func encodeXML(w io.Writer, v any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
