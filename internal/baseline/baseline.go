// Package baseline remembers findings, so that only new ones count: a team starts with what is there today and mends it in its own time.
package baseline

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

// DefaultFile is where a baseline is written when nothing names a file.
const DefaultFile = "plimline-baseline.json"

// maxSize bounds what is read, in bytes: some two hundred thousand findings.
const maxSize = 64 << 20

// Reason is why a finding in the baseline is suppressed.
const Reason = "in the baseline"

// Fingerprints name the findings of a file: each by its rule, the file's name, the text it is about and its message, so that it stays
// the same when lines move. The message tells findings apart whose text is one keyword, such as every ADD of a file; its
// numbers, which may be those of lines or stages, are left out. Equal ones are counted in the order of the file.
func Fingerprints(name string, src *source.File, findings []finding.Finding) []string {
	seen := map[string]int{}
	out := make([]string, len(findings))
	for i, f := range findings {
		text := strings.Join(strings.Fields(src.Text(f.Span)), " ")
		key := strings.Join([]string{f.Rule, name, text, withoutDigits(f.Message)}, "\x00")
		seen[key]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, seen[key]))
		out[i] = hex.EncodeToString(sum[:16])
	}
	return out
}

func withoutDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return r
	}, s)
}

// Baseline is the findings that do not count. It is immutable, and safe for concurrent use.
type Baseline struct {
	dir   string // absolute; names of files are relative to it
	known map[string]bool
}

// document is the file. What stands beside the fingerprints is for people who read the file.
type document struct {
	Version  int     `json:"version"`
	Findings []entry `json:"findings"`
}

type entry struct {
	Fingerprint string `json:"fingerprint"`
	Path        string `json:"path"`
	Rule        string `json:"rule"`
	Message     string `json:"message"`
}

// Read reads a baseline. The error names the file.
func Read(file string) (*Baseline, error) {
	b, err := empty(file)
	if err != nil {
		return nil, err
	}
	entries, err := read(file)
	for _, e := range entries {
		b.known[e.Fingerprint] = true
	}
	return b, err
}

func read(file string) ([]entry, error) {
	var text []byte
	f, err := os.Open(file)
	if err == nil {
		defer f.Close()
		text, err = io.ReadAll(io.LimitReader(f, maxSize+1))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such baseline; --write-baseline writes one", filepath.ToSlash(file))
	}
	if err != nil {
		return nil, fmt.Errorf("read the baseline: %w", err)
	}
	if len(text) > maxSize {
		return nil, fmt.Errorf("%s: larger than %d MiB", filepath.ToSlash(file), maxSize>>20)
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("%s: not a baseline: %w", filepath.ToSlash(file), err)
	}
	if d.Version != 1 {
		return nil, fmt.Errorf("%s: version %d of a baseline is not known here; delete it, and --write-baseline writes it anew", filepath.ToSlash(file), d.Version)
	}
	return d.Findings, nil
}

func empty(file string) (*Baseline, error) {
	abs, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("find the baseline: %w", err)
	}
	return &Baseline{filepath.Dir(abs), map[string]bool{}}, nil
}

// name is a file as the baseline calls it: relative to the baseline, wherever the run was started.
func (b *Baseline) name(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		if rel, err := filepath.Rel(b.dir, abs); err == nil {
			path = rel
		}
	}
	return filepath.ToSlash(path)
}

// Apply returns the findings of a file with those suppressed that are in the baseline; there are none in a nil one.
func (b *Baseline) Apply(path string, src *source.File, findings []finding.Finding) []finding.Finding {
	if b == nil {
		return findings
	}
	counted := slices.DeleteFunc(slices.Clone(findings), left)
	known := map[int]bool{}
	for i, print := range Fingerprints(b.name(path), src, counted) {
		known[i] = b.known[print]
	}
	out, i := slices.Clone(findings), 0
	for j := range out {
		if left(out[j]) {
			continue
		}
		if known[i] {
			out[j].Suppressed = &finding.Suppression{Reason: Reason, External: true}
		}
		i++
	}
	return out
}

// left: what is suppressed or not decided has no place in a baseline, and neither has that a rule failed: that is not about the file.
func left(f finding.Finding) bool {
	return f.Suppressed != nil || f.Unknown || f.Rule == finding.Faulty
}

// Writer collects the findings of a run.
type Writer struct {
	base    *Baseline
	entries []entry
	before  []entry
	seen    map[string]bool // files of this run
}

// NewWriter makes a Writer for a file. What it has of files that are not in this run stays, as long as there are such files.
func NewWriter(file string) (*Writer, error) {
	b, err := empty(file)
	if err != nil {
		return nil, err
	}
	w := &Writer{base: b, seen: map[string]bool{}}
	if _, missing := os.Stat(file); missing == nil {
		w.before, err = read(file)
	}
	return w, err
}

// Add adds the findings of a file.
func (w *Writer) Add(path string, src *source.File, findings []finding.Finding) {
	counted := slices.DeleteFunc(slices.Clone(findings), left)
	name := w.base.name(path)
	w.seen[name] = true
	for i, print := range Fingerprints(name, src, counted) {
		w.entries = append(w.entries, entry{print, name, counted[i].Rule, counted[i].Message})
	}
}

// Len is the number of findings of this run.
func (w *Writer) Len() int { return len(w.entries) }

// Bytes is the file, in the order of names, so that it changes where the findings do.
func (w *Writer) Bytes() ([]byte, error) {
	all := slices.DeleteFunc(w.before, func(e entry) bool {
		_, gone := os.Stat(filepath.Join(w.base.dir, filepath.FromSlash(e.Path)))
		return w.seen[e.Path] || errors.Is(gone, fs.ErrNotExist)
	})
	all = append(all, w.entries...)
	slices.SortStableFunc(all, func(a, b entry) int { return strings.Compare(a.Path, b.Path) })
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	err := e.Encode(document{1, append([]entry{}, all...)})
	return b.Bytes(), err
}
