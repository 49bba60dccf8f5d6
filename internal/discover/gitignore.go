package discover

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// ignores is one file of ignore patterns and, by above, those that count less. A nil *ignores ignores nothing.
type ignores struct {
	above    *ignores
	base     string // the absolute folder that the patterns are relative to
	patterns []pattern
}

// match reports whether git ignores a file or folder, given by its absolute path. Folders above it
// have been asked already: nothing within an ignored folder can be taken back.
func (i *ignores) match(abs string, dir bool) bool {
	for ; i != nil; i = i.above {
		relative := strings.TrimPrefix(strings.TrimPrefix(abs, i.base), "/")
		for k := len(i.patterns) - 1; k >= 0; k-- { // the last match counts
			if p := &i.patterns[k]; p.match(relative, dir) {
				return !p.negated
			}
		}
	}
	return false
}

// enter returns what is ignored within a folder: the patterns from above and its own. The top
// of a repository starts afresh, also one that lies within another.
func (w *walker) enter(abs string, entries []fs.DirEntry, above *ignores) *ignores {
	own := false
	for _, entry := range entries {
		switch entry.Name() {
		case ".git":
			above = w.exclude(abs)
		case ".gitignore":
			own = entry.Type().IsRegular() // git does not follow a link here
		}
	}
	if !own { // entries are sorted, so .git has come before .gitignore
		return above
	}
	return w.load(path.Join(abs, ".gitignore"), abs, above)
}

// above returns what the folders above a folder say about it, from the top of its repository down.
func (w *walker) above(abs string) *ignores {
	var between []string // the folders above, the nearest first
	for dir := abs; ; {
		if _, err := os.Lstat(path.Join(dir, ".git")); err == nil {
			break
		}
		parent := path.Dir(dir)
		if parent == dir {
			return nil // no repository: what lies above is somebody else's
		}
		dir = parent
		between = append(between, dir)
	}
	if len(between) == 0 {
		return nil // the folder is the top itself
	}
	ignored := w.exclude(between[len(between)-1])
	for k := len(between) - 1; k >= 0; k-- {
		ignored = w.load(path.Join(between[k], ".gitignore"), between[k], ignored)
	}
	return ignored
}

// exclude reads info/exclude of the repository whose top is dir. In linked work trees and
// submodules .git is a file that names the real folder.
func (w *walker) exclude(dir string) *ignores {
	git := path.Join(dir, ".git")
	if text, err := os.ReadFile(git); err == nil {
		to, _ := strings.CutPrefix(strings.TrimSpace(string(text)), "gitdir:")
		git = resolve(dir, strings.TrimSpace(to))
		if common, err := os.ReadFile(path.Join(git, "commondir")); err == nil {
			git = resolve(git, strings.TrimSpace(string(common)))
		}
	}
	return w.load(path.Join(git, "info", "exclude"), dir, nil)
}

func resolve(dir, name string) string {
	if filepath.IsAbs(name) {
		return filepath.ToSlash(name)
	}
	return path.Join(dir, filepath.ToSlash(name))
}

// load puts the patterns of a file on top of others. A file that is not there has none.
func (w *walker) load(file, base string, above *ignores) *ignores {
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() {
		return above
	}
	content, err := os.ReadFile(file)
	if err != nil {
		w.fail("read", file, err)
		return above
	}
	patterns := parsePatterns(string(content))
	if len(patterns) == 0 {
		return above
	}
	return &ignores{above: above, base: base, patterns: patterns}
}
