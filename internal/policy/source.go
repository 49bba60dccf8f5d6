package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/plimline/plimline/internal/finding"
)

// ruleFile is what a rule's file is called in the folder that has its name. In a short form the file alone has the name.
const ruleFile = "rule.rego"

// Source is a place with policies of the user's: rule folders, files with a rule each, and helpers in packages plimline.lib.NAME. Or it has
// the data, as JSON or YAML, of policies that are written for other tools and are elsewhere.
type Source struct {
	// Name is what the user calls the place, as it starts the file names in errors: a folder, or the address of a bundle.
	Name string
	FS   fs.FS
	// File is the only file to look at, with slashes, relative to FS; "" for all.
	File string
	// Sealed is FS without what links in it lead to elsewhere, for all that policies can show; nil for FS itself.
	Sealed fs.FS
}

func (s Source) sealed() fs.FS {
	if s.Sealed != nil {
		return s.Sealed
	}
	return s.FS
}

// userSource is what the rules of a source share.
type userSource struct {
	Source
	library  []*module
	others   []*module  // files for other tools
	dataOnly bool       // it has data for those, and no policies
	values   ast.Object // what those see as data
	guard    *guard
	size     int // bytes of its Rego that have been read
}

const testSuffix = "_test.rego"

// modules reads a source. A file that cannot be used is a module with an error; the error is for a source that cannot be read.
func (s Source) modules(guard *guard) (*userSource, []*module, error) {
	files, err := s.files(func(name string) bool { return !strings.HasSuffix(name, testSuffix) })
	if err != nil {
		return nil, nil, err
	}
	var out []*module
	shared := &userSource{Source: s, guard: guard}
	for _, file := range files {
		m, isOther := s.module(file, shared)
		switch {
		case isOther:
			shared.others = append(shared.others, m)
		case m.id == "" && m.err == nil:
			shared.library = append(shared.library, m)
		default:
			out = append(out, m)
		}
	}
	for _, m := range shared.library {
		// One that does not parse is found when its users are compiled.
		if m.parse(); m.err != nil {
			out = append(out, m)
		}
	}
	if len(out)+len(shared.others) == 0 && strings.HasSuffix(s.File, testSuffix) {
		return nil, nil, fmt.Errorf("%s is a test; name the policy that it is for, or the folder", s.Name)
	}
	if len(out)+len(shared.others) == 0 {
		if shared.dataOnly, err = s.hasData(); err != nil {
			return nil, nil, fmt.Errorf("read the policies in %s: %w", s.Name, err)
		}
		if !shared.dataOnly {
			return nil, nil, fmt.Errorf("%s: there is no policy in it: no .rego file with a package plimline.policies[\"ID\"]", s.Name)
		}
	}
	return shared, out, nil
}

// files are Rego files of a source, sorted.
func (s Source) files(wanted func(name string) bool) ([]string, error) {
	if isDataFile(s.File) {
		return nil, nil
	}
	if s.File != "" && wanted(s.File) {
		return []string{s.File}, nil
	}
	var files []string
	err := s.walk(func(name string) {
		if path.Ext(name) == ".rego" && wanted(name) && (s.File == "" || strings.HasPrefix(name, strings.TrimSuffix(s.File, ".rego")+"_")) {
			files = append(files, name)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read the policies in %s: %w", s.Name, err)
	}
	slices.Sort(files)
	return files, nil
}

// walk visits the files in the folders of a source that are not hidden, each folder once. Links to folders come last, so that what can be reached
// without them has its own name.
func (s Source) walk(visit func(name string)) error {
	var been []fs.FileInfo
	for links := []string{"."}; len(links) > 0; links = links[1:] {
		info, err := fs.Stat(s.FS, links[0])
		if err != nil {
			return pathless(err)
		}
		if slices.ContainsFunc(been, func(b fs.FileInfo) bool { return os.SameFile(b, info) }) {
			continue
		}
		err = fs.WalkDir(s.FS, links[0], func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return fmt.Errorf("%s: %w", name, pathless(err))
			case name != "." && d.IsDir() && (strings.HasPrefix(d.Name(), ".") || isHelpers(name)):
				return fs.SkipDir
			case d.IsDir():
				if info, err := d.Info(); err == nil {
					been = append(been, info)
				}
			case d.Type()&fs.ModeSymlink != 0 && s.isFolder(name):
				if !strings.HasPrefix(d.Name(), ".") {
					links = append(links, name)
				}
			default:
				visit(name)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s Source) isFolder(name string) bool {
	info, err := fs.Stat(s.FS, name)
	return err == nil && info.IsDir()
}

// hasData reports whether there is JSON or YAML in a source, and no Rego.
func (s Source) hasData() (bool, error) {
	if s.File != "" {
		return isDataFile(s.File), nil
	}
	found, rego := false, false
	err := s.walk(func(name string) {
		found, rego = found || isDataFile(name), rego || path.Ext(name) == ".rego"
	})
	return found && !rego, err
}

// readFile reads a plain file that is not too large.
func readFile(fsys fs.FS, name string, most int) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, int64(most)+1))
	if err == nil && len(text) > most {
		err = fmt.Errorf("it is larger than %s", size(most))
	}
	return text, err
}

// pathless is an error without a path that is named beside it.
func pathless(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// path is what errors call a file.
func (s Source) path(file string) string {
	switch {
	case file == s.File:
		return s.Name
	case s.File != "":
		return path.Join(path.Dir(s.Name), file)
	case strings.Contains(s.Name, "://"):
		return s.Name + "/" + file
	}
	return path.Join(s.Name, file)
}

// module reads a file. It has no id when it is a helper, or is for another tool.
func (s Source) module(file string, shared *userSource) (m *module, isOther bool) {
	m = &module{file: s.path(file), name: file, source: shared}
	if m.err = m.room(); m.err != nil {
		return m, false
	}
	var err error
	if m.text, err = readFile(s.FS, file, maxRego); err != nil {
		m.err = fmt.Errorf("read %s: %w", m.file, pathless(err))
		return m, false
	}
	shared.size += len(m.text)
	pkg, err := PackageOf(m.text)
	switch row, valid := validText(m.text); {
	case !valid:
		m.err = fmt.Errorf("%s:%d: it is not UTF-8; save it as that", m.file, row)
		return m, false
	case err != nil:
		m.err = fmt.Errorf("%s: %w", m.file, err)
		return m, false
	case pkg[0] != "plimline":
		return m, true
	case len(pkg) > 2 && pkg[1] == "lib":
		return m, false
	case len(pkg) == 3 && pkg[1] == section(finding.KindRule):
		m.id, m.kind = pkg[2], finding.KindRule
	case len(pkg) == 3 && pkg[1] == section(finding.KindPolicy):
		m.id, m.kind = pkg[2], finding.KindPolicy
	default:
		m.err = fmt.Errorf("%s:%d: package %s is none of plimline's: plimline.policies[\"ID\"], plimline.rules[\"ID\"], plimline.lib.NAME", m.file, packageLine(m.text), strings.Join(pkg, "."))
		return m, false
	}
	want := strings.TrimSuffix(path.Base(file), ".rego")
	if path.Base(file) == ruleFile {
		want = path.Base(path.Dir(file))
		setup := path.Join(path.Dir(file), "data.yaml")
		if m.data, err = readFile(s.sealed(), setup, maxSetup); err != nil && !errors.Is(err, fs.ErrNotExist) {
			m.err = fmt.Errorf("read %s: %w", s.path(setup), pathless(err))
		}
	}
	switch {
	case m.err != nil:
	case !isID.MatchString(m.id):
		m.err = fmt.Errorf("%s:%d: %q is not an id: use small letters, digits and hyphens, as in base-images-approved", m.file, packageLine(m.text), m.id)
	case want != m.id && want != ".":
		m.err = fmt.Errorf("%s:%d: the package is for %s and the file for %s; call both the same", m.file, packageLine(m.text), m.id, want)
	}
	return m, false
}

// validText says whether a text is UTF-8, and else which 1-based line is not.
func validText(text []byte) (row int, ok bool) {
	for line := range bytes.Lines(text) {
		row++
		if !utf8.Valid(line) {
			return row, false
		}
	}
	return row, true
}

var isID = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)+$`)

// packageLine is the 1-based line of a Rego file that says its package, or 1.
func packageLine(text []byte) int {
	row := 0
	for line := range bytes.Lines(text) {
		row++
		if bytes.HasPrefix(bytes.TrimLeft(line, "\ufeff \t"), []byte("package ")) {
			return row
		}
	}
	return 1
}

// PackageOf is the path of the package that a Rego file is of.
func PackageOf(text []byte) ([]string, error) {
	for line := range strings.Lines(string(text)) {
		name, ok := strings.CutPrefix(strings.TrimLeft(line, "\ufeff \t"), "package ")
		if !ok {
			continue
		}
		name, _, _ = strings.Cut(name, "#")
		ref, err := ast.ParseRef(strings.TrimSpace(name))
		if err != nil {
			// A package of one word is no reference.
			return []string{strings.TrimSpace(name)}, nil
		}
		var out []string
		for _, t := range ref {
			switch x := t.Value.(type) {
			case ast.Var:
				out = append(out, string(x))
			case ast.String:
				out = append(out, string(x))
			}
		}
		return out, nil
	}
	return nil, errors.New("it has no package line")
}

// Open is the source at a path: a folder, a .rego file, or a file with data.
func Open(name string) (Source, error) {
	info, err := os.Stat(name)
	if err != nil {
		return Source{}, fmt.Errorf("read the policies in %s: %w", filepath.ToSlash(name), pathless(err))
	}
	source, dir := Source{Name: filepath.ToSlash(name)}, name
	if !info.IsDir() {
		if filepath.Ext(name) != ".rego" && !isDataFile(source.Name) {
			return Source{}, fmt.Errorf("%s is neither a folder nor a .rego file, nor data as .json or .yaml", source.Name)
		}
		dir, source.File = filepath.Dir(name), filepath.Base(name)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Source{}, fmt.Errorf("read the policies in %s: %w", filepath.ToSlash(name), pathless(err))
	}
	source.FS, source.Sealed = os.DirFS(dir), root.FS()
	return source, nil
}
