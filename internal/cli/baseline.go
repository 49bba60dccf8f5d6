package cli

import (
	"cmp"
	"fmt"
	"path/filepath"

	"github.com/plimline/plimline/internal/baseline"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/report"
)

// writeBaseline writes what was found, each finding to the baseline of its file's configuration. Nothing of it counts in this run.
func (a *app) writeBaseline(open *opened, results []report.Result) error {
	writers := map[string]*baseline.Writer{}
	unnamed := false // no configuration names the default file
	var order []string
	for _, r := range results {
		if r.Source == nil {
			continue
		}
		c, err := open.configs.Config(r.Path)
		if err != nil {
			continue // reported already
		}
		file := cmp.Or(c.Baseline(), baseline.DefaultFile)
		unnamed = unnamed || c.Baseline() == ""
		w := writers[file]
		if w == nil {
			if w, err = baseline.NewWriter(file); err != nil {
				return err
			}
			writers[file], order = w, append(order, file)
		}
		w.Add(r.Path, r.Source, r.Findings)
	}
	for _, file := range order {
		text, err := writers[file].Bytes()
		if err == nil {
			err = replaceFile(file, text)
		}
		if err != nil {
			return fmt.Errorf("write the baseline %s: %w", filepath.ToSlash(file), err)
		}
		how := ""
		if unnamed && file == baseline.DefaultFile {
			how = "; with \"baseline: " + file + "\" in plimline.yaml they do not count"
		}
		fmt.Fprintf(a.stderr, "wrote %s: %s%s\n", filepath.ToSlash(file), plural(writers[file].Len(), "finding"), how)
	}
	if a.code == ExitFindings {
		a.code = ExitClean
	}
	for _, r := range results {
		for i := range r.Findings {
			switch f := &r.Findings[i]; {
			case f.Suppressed != nil || f.Unknown:
			case f.Rule == finding.Faulty:
				a.code = max(a.code, ExitFindings)
			default:
				f.Suppressed = &finding.Suppression{Reason: baseline.Reason, External: true}
			}
		}
	}
	return nil
}
