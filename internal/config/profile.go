package config

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/policies"
)

// Profiles lists the names that "profile" takes: sets of choices that plimline comes with.
func Profiles() []string {
	files, err := fs.Glob(policies.FS, "profiles/*.yaml")
	if err != nil {
		return nil
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(path.Base(file), ".yaml")
	}
	return files
}

// profile reads a profile: it is a configuration file like any other.
func profile(cat *finding.Catalog, name string) (*layer, error) {
	file := "profiles/" + name + ".yaml"
	content, err := fs.ReadFile(policies.FS, file)
	if err != nil {
		return nil, fmt.Errorf("no profile is called %q%s", name, didYouMean(name, Profiles()))
	}
	c, err := Parse(file, content, cat)
	if err != nil {
		return nil, err
	}
	return &c.layers[0], nil
}
