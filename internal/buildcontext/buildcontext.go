// Package buildcontext knows the build context, the folder that docker build is given: where it is, and what its .dockerignore
// leaves out.
package buildcontext

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// maxIgnoreFile is how many bytes of a .dockerignore are read.
const maxIgnoreFile = 1 << 20

// Context is where the build context is. The zero Context is none.
type Context struct {
	Dir string
	// Dockerfile is the file on disk, "" when it has none. What is called like it with .dockerignore behind replaces .dockerignore.
	Dockerfile string
	// Modules is Go's module cache, "" for none.
	Modules string
}

// Files is what is known of the files in a build context. A nil Files is for no context.
type Files struct {
	// IgnoreFile is the name of the file that says what is left out, "" when there is none.
	IgnoreFile string
	// Repository is true when .git is in the context and not left out.
	Repository bool

	ignored *patternmatcher.PatternMatcher
}

// Read looks at the context; nil when there is none. A .dockerignore that docker would not read leaves nothing out.
func (c Context) Read() *Files {
	if c.Dir == "" {
		return nil
	}
	f := &Files{}
	candidates := []string{filepath.Join(c.Dir, ".dockerignore")}
	if c.Dockerfile != "" {
		candidates = append([]string{c.Dockerfile + ".dockerignore"}, candidates...)
	}
	for _, name := range candidates {
		file, err := os.Open(name)
		if err != nil {
			continue
		}
		patterns, err := ignorefile.ReadAll(io.LimitReader(file, maxIgnoreFile))
		file.Close()
		f.IgnoreFile = filepath.Base(name)
		if err == nil {
			f.ignored, _ = patternmatcher.New(patterns)
		}
		break
	}
	if _, err := os.Stat(filepath.Join(c.Dir, ".git")); err == nil {
		f.Repository = !f.Ignored(".git")
	}
	return f
}

// Ignored reports whether a path below the context, or a folder above it, is left out, with all that is in it: an exception
// (!docs/README.md) may keep a part of a folder, and BuildKit's own check says nothing then either.
func (f *Files) Ignored(path string) bool {
	if f == nil || f.ignored == nil {
		return false
	}
	path = strings.TrimPrefix(path, "/")
	if path == "" || path == "." {
		return false
	}
	ok, err := f.ignored.MatchesOrParentMatches(filepath.FromSlash(path))
	return err == nil && ok && !f.exceptionIn(path)
}

// exceptionIn reports whether an exception may be about something in a folder.
func (f *Files) exceptionIn(folder string) bool {
	return f.ignored.Exclusions() && slices.ContainsFunc(f.ignored.Patterns(), func(p *patternmatcher.Pattern) bool {
		pattern := filepath.ToSlash(p.String())
		return p.Exclusion() && (strings.HasPrefix(pattern, folder+"/") || strings.ContainsAny(strings.TrimPrefix(pattern, folder), "*?["))
	})
}
