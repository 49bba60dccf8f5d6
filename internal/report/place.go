package report

import (
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// places names files as services know them that have the repository: relative to the folder plimline runs in.
type places struct {
	root string // "" when the system does not say
}

func newPlaces() places {
	dir, err := os.Getwd()
	if err != nil {
		dir = ""
	}
	return places{dir}
}

// place is a path relative to the root where it lies below it, however it is spelt, else absolute; with slashes.
func (p places) place(name string) (at string, relative bool) {
	clean := path.Clean(filepath.ToSlash(name))
	abs := filepath.FromSlash(name)
	if !filepath.IsAbs(abs) && p.root != "" {
		abs = filepath.Join(p.root, abs)
	}
	if p.root != "" {
		if rel, err := filepath.Rel(p.root, abs); err == nil {
			clean = filepath.ToSlash(rel)
		}
	}
	if !path.IsAbs(clean) && !filepath.IsAbs(clean) && clean != ".." && !strings.HasPrefix(clean, "../") {
		return clean, true
	}
	return filepath.ToSlash(filepath.Clean(abs)), false
}

// relative is the path of a file for services that want it relative; as it is when it lies elsewhere.
func (p places) relative(name string) string {
	if at, ok := p.place(name); ok {
		return at
	}
	return name
}

// uri is the path as a URI.
func (p places) uri(name string) (uri string, relative bool) {
	at, relative := p.place(name)
	if relative {
		return (&url.URL{Path: at}).String(), true
	}
	if !strings.HasPrefix(at, "/") {
		at = "/" + at
	}
	return (&url.URL{Scheme: "file", Path: at}).String(), false
}
