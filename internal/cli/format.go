package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/plimline/plimline/internal/report"
	"github.com/plimline/plimline/internal/source"
)

type flag = pflag.Flag

// target is one report to write: a format, and a file ("" is standard output).
type target struct {
	format string
	file   string
}

// targets collects --format and --output in the order they are given: an --output belongs to the
// --format before it; without one, the file's ending decides.
type targets struct {
	list []target
	open bool // the last one came from --format and has no file yet
	// statistics counts findings on standard output instead of listing them; reports in files are whole.
	statistics bool
}

type formatFlag struct{ t *targets }

func (f formatFlag) String() string { return "" }
func (f formatFlag) Type() string   { return "FORMAT" }
func (f formatFlag) Set(name string) error {
	if !slices.Contains(report.Formats(), name) {
		return fmt.Errorf("no such format%s; use one of %s", didYouMean(name, report.Formats()), strings.Join(report.Formats(), ", "))
	}
	f.t.list = append(f.t.list, target{format: name})
	f.t.open = true
	return nil
}

type outputFlag struct{ t *targets }

func (f outputFlag) String() string { return "" }
func (f outputFlag) Type() string   { return "FILE" }
func (f outputFlag) Set(file string) error {
	if file == "" {
		return fmt.Errorf("the file's name is empty")
	}
	if file == "-" {
		file = ""
	}
	if !f.t.open {
		f.t.list = append(f.t.list, target{format: formatOf(file)})
	}
	f.t.list[len(f.t.list)-1].file = file
	f.t.open = false
	return nil
}

func formatOf(file string) string {
	switch ext := strings.ToLower(filepath.Ext(file)); ext {
	case ".json", ".jsonl", ".sarif", ".html":
		return ext[1:]
	case ".md":
		return "markdown"
	}
	return "text"
}

// check refuses reports that would overwrite each other.
func (t *targets) check() error {
	if len(t.list) == 0 || t.statistics && !slices.ContainsFunc(t.list, func(to target) bool { return to.file == "" }) {
		t.list = append(t.list, target{format: "text"})
	}
	for i, a := range t.list {
		if t.statistics && a.file == "" && a.format != "text" && a.format != "json" {
			return fmt.Errorf("--statistics goes with --format text and json, not with %s", a.format)
		}
		for _, b := range t.list[:i] {
			if a.file != b.file {
				continue
			}
			if a.file == "" {
				return fmt.Errorf("--format %s and --format %s both go to standard output; give one of them an --output FILE", b.format, a.format)
			}
			return fmt.Errorf("two reports go to %s", a.file)
		}
	}
	return nil
}

// write writes all reports, those that can be; a file is replaced as a whole or not at all.
func (t *targets) write(stdout io.Writer, run *report.Run, opt report.Options) error {
	opt.Statistics = t.statistics
	var problems []error
	for _, to := range t.list {
		if to.file == "" {
			if err := report.Write(stdout, to.format, run, opt); err != nil {
				problems = append(problems, fmt.Errorf("write the report: %w", source.Cause(err)))
			}
			continue
		}
		var buf bytes.Buffer
		err := report.Write(&buf, to.format, run, report.Options{})
		if err == nil {
			err = replaceFile(to.file, buf.Bytes())
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("write %s: %w", to.file, err))
		}
	}
	return errors.Join(problems...)
}

// replaceFile writes beside the file and renames, so that no reader sees half of it.
// What is not a regular file (/dev/stdout, a pipe) is written to as it is. The error is the reason alone.
func replaceFile(name string, content []byte) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		if info.IsDir() {
			return errors.New("it is a folder")
		}
		return source.Cause(os.WriteFile(name, content, 0o644))
	}
	dir := filepath.Dir(name)
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("the folder %s: %w", dir, source.Cause(err))
	}
	tmp, err := os.CreateTemp(dir, ".plimline-*")
	if err != nil {
		return source.Cause(err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(content)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	return source.Cause(err)
}
