package config

import (
	"errors"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// glob is a pattern for files, relative to a folder. "**" crosses folders and {a,b} gives alternatives.
// Without a slash it matches in every folder, and a folder that it matches stands for all that is in it.
type glob struct {
	pattern string
	byName  bool // compared with the last part of a path
	dirOnly bool
}

func parseGlob(text string) (glob, error) {
	if strings.HasPrefix(text, "!") {
		return glob{}, errors.New("patterns cannot be negated")
	}
	pattern, dirOnly := strings.CutSuffix(text, "/")
	byName := !strings.Contains(pattern, "/")
	pattern = strings.TrimPrefix(strings.TrimPrefix(pattern, "./"), "/")
	switch {
	case pattern == "" || pattern == ".":
		return glob{}, errors.New("the pattern names nothing")
	case strings.HasPrefix(pattern, "../") || pattern == "..":
		return glob{}, errors.New("patterns cannot lead out of the folder of the configuration file")
	case !doublestar.ValidatePattern(pattern):
		return glob{}, errors.New("the pattern has a bracket, brace or backslash without its other half")
	}
	return glob{pattern, byName, dirOnly}, nil
}

// match reports whether the pattern matches a path or a folder that it lies in. dir says that the path is a folder itself.
func (g glob) match(relative string, dir bool) bool {
	for p := relative; p != "." && p != "/"; p, dir = path.Dir(p), true {
		name := p
		if g.byName {
			name = path.Base(p)
		}
		if (dir || !g.dirOnly) && doublestar.MatchUnvalidated(g.pattern, name) {
			return true
		}
	}
	return false
}

func matchAny(globs []glob, relative string, dir bool) bool {
	for _, g := range globs {
		if g.match(relative, dir) {
			return true
		}
	}
	return false
}
