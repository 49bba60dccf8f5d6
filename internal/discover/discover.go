// Package discover finds the Dockerfiles among files and folders named on a command line.
package discover

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Options says what to leave out of folders. A file that is named itself is left out only when ForceExclude says so.
type Options struct {
	// NoGitignore takes files that git ignores too.
	NoGitignore bool
	// Exclude, when set, is asked for every folder and every Dockerfile found in one, with the
	// slash-separated path that Files would return. A folder that it excludes is not entered.
	Exclude func(path string, dir bool) bool
	// ForceExclude leaves out named files too that a search would have left out for Exclude, or as examples of rules: what calls with all
	// files of a commit did not choose them.
	ForceExclude bool
}

// Error is a file or folder that could not be looked at.
type Error struct {
	Doing string // such as "read folder"; "" when it is not there
	Path  string // slash-separated, as found
	Err   error
}

func (e *Error) Error() string {
	return strings.TrimPrefix(e.Doing+" "+e.Path+": "+e.Err.Error(), " ")
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Files returns the named files, whatever they are called, and the Dockerfiles in the named
// folders and below, as IsDockerfile knows them.
//
// Paths are relative when their argument is, cleaned, slash-separated, sorted, and each file comes once: under its first name, where it has
// a relative and an absolute one.
// Folders are searched without following links to folders, which could lead round in circles;
// linked files are taken. What git ignores is left out: .gitignore files from the top of the
// repository down and .git/info/exclude count, the user's own git settings do not, so that
// everyone who has the repository gets the same files. A repository within a repository has its own.
//
// Left out of the folders below a named one are other people's modules (node_modules, and a vendor folder that Go or Composer filled), and
// the examples of rules and policies (bad.Dockerfile beside rule.rego): they are what the rule is about, and not what is built.
//
// What cannot be read is an *Error; everything else is still returned.
func Files(args []string, opts Options) ([]string, []error) {
	w := &walker{opts: opts}
	for _, arg := range args {
		w.argument(arg)
	}
	seen := map[string]bool{}
	w.files = slices.DeleteFunc(w.files, func(name string) bool {
		if abs, err := filepath.Abs(filepath.FromSlash(name)); err == nil {
			name = abs
		}
		again := seen[name]
		seen[name] = true
		return again
	})
	slices.Sort(w.files)
	return w.files, w.errs
}

type walker struct {
	opts  Options
	files []string
	errs  []error
}

func (w *walker) argument(arg string) {
	name := filepath.ToSlash(filepath.Clean(arg))
	info, err := os.Stat(arg)
	switch {
	case err != nil:
		w.fail("", name, err)
	case !info.IsDir():
		if !w.opts.ForceExclude || !w.leavesOut(name) {
			w.files = append(w.files, name)
		}
	case w.opts.NoGitignore:
		w.folder(name, "", nil, named)
	default:
		abs, err := realPath(arg)
		if err != nil {
			w.fail("find", name, err)
			return
		}
		w.folder(name, abs, w.above(abs), named)
	}
}

// origin is how a folder was come by.
type origin int

const (
	named      origin = iota
	found             // in a search
	besideRule        // in a search, beside a rule's file that is called like it
)

// folder adds the Dockerfiles in a folder and below. abs is its absolute path and ignored what
// the folders above it say; both are unused when .gitignore files do not count.
func (w *walker) folder(name, abs string, ignored *ignores, how origin) {
	entries, err := os.ReadDir(filepath.FromSlash(name))
	if err != nil {
		w.fail("read folder", name, err) // what was read before the error is still used
	}
	if !w.opts.NoGitignore {
		ignored = w.enter(abs, entries, ignored)
	}
	has := func(file string) bool {
		return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == file && !e.IsDir() })
	}
	rule := how == besideRule || how == found && has("rule.rego")
	for _, entry := range entries {
		dir := entry.IsDir()
		if entry.Name() == ".git" || !dir && !IsDockerfile(entry.Name()) || rule && isExample(entry.Name()) {
			continue
		}
		below, belowAbs := path.Join(name, entry.Name()), path.Join(abs, entry.Name())
		if dir && isForeign(below) || ignored.match(belowAbs, dir) || w.opts.Exclude != nil && w.opts.Exclude(below, dir) {
			continue
		}
		switch {
		case !dir:
			w.file(below, entry)
		case has(entry.Name() + ".rego"):
			w.folder(below, belowAbs, ignored, besideRule)
		default:
			w.folder(below, belowAbs, ignored, found)
		}
	}
}

// leavesOut says whether a search from the working directory, or the top of the file system, leaves out a file but for what git ignores.
func (w *walker) leavesOut(name string) bool {
	for dir := false; name != path.Dir(name) && name != "."; dir, name = true, path.Dir(name) {
		if dir && isForeign(name) || w.opts.Exclude != nil && w.opts.Exclude(name, dir) {
			return true
		}
		folder := path.Dir(name)
		if folder != "." && isExample(path.Base(name)) && (isFile(path.Join(folder, "rule.rego")) || isFile(folder+".rego")) {
			return true
		}
	}
	return false
}

func isFile(name string) bool {
	info, err := os.Stat(filepath.FromSlash(name))
	return err == nil && !info.IsDir()
}

// isForeign says whether a folder holds modules of other people, which a package manager put there.
func isForeign(name string) bool {
	switch path.Base(name) {
	case "node_modules":
		return true
	case "vendor":
		return isFile(path.Join(name, "modules.txt")) || isFile(path.Join(name, "autoload.php"))
	}
	return false
}

// isExample says whether a file or folder in a rule's folder is one of its examples, by the names that internal/spec knows.
func isExample(name string) bool {
	kind, _, _ := strings.Cut(strings.TrimSuffix(name, ".Dockerfile"), "-")
	return kind == "bad" || kind == "good"
}

// file adds a file found in a folder. Links to folders are passed over, and so are pipes and devices,
// which might never end.
func (w *walker) file(name string, entry fs.DirEntry) {
	mode := entry.Type()
	if mode&fs.ModeSymlink != 0 {
		info, err := os.Stat(filepath.FromSlash(name))
		if err != nil {
			w.fail("follow link", name, err)
			return
		}
		mode = info.Mode()
	}
	if mode.IsRegular() {
		w.files = append(w.files, name)
	}
}

// fail records an error without the path that the os package puts into it: it is named already.
func (w *walker) fail(doing, name string, err error) {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	w.errs = append(w.errs, &Error{Doing: doing, Path: name, Err: err})
}

// realPath is the absolute, slash-separated path with links resolved: git looks for
// ignore files where a folder really is.
func realPath(name string) (string, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return "", err
	}
	return filepath.ToSlash(abs), nil
}
