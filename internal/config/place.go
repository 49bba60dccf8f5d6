package config

import (
	"path/filepath"
	"slices"
)

// Place is where policies of the user's are.
type Place struct {
	// Ref is a path, relative to the working directory or absolute, or an address.
	Ref string
	// Dir is the folder of the plimline.yaml that names it; "" when a flag does.
	Dir string
	// Keys are files with the keys that must have signed it, when it is a bundle. They are relative to the working directory, or absolute.
	Keys []string
}

// places are those that the flags name.
func (f *Flags) places() []Place {
	var out []Place
	for _, ref := range f.Policies {
		out = append(out, Place{Ref: ref})
	}
	return out
}

// PlaceError says that the policies in a place cannot be had.
type PlaceError struct {
	Place Place
	Err   error
}

func (e *PlaceError) Error() string { return e.Err.Error() }

// Unwrap is the cause.
func (e *PlaceError) Unwrap() error { return e.Err }

// Unique has each place once. One that both a flag and a file name is the file's, which may have keys and a lock.
func Unique(places []Place) []Place {
	var out []Place
	for _, p := range places {
		i := slices.IndexFunc(out, func(o Place) bool { return o.Ref == p.Ref || filepath.Clean(o.Ref) == filepath.Clean(p.Ref) })
		switch {
		case i < 0:
			out = append(out, p)
		case out[i].Dir == "":
			out[i] = p
		}
	}
	return out
}

// Places are those that a configuration file names. Nothing else of the file is looked at.
func Places(file string) ([]Place, error) {
	content, err := read(file)
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(file)
	if err != nil {
		return nil, readError(file, err)
	}
	c := &Config{dir: filepath.Dir(abs)}
	d := &decoder{file: file, budget: maxNodes}
	if root := d.document(content); len(d.problems) == 0 {
		d.sources(c, root)
	}
	if len(d.problems) > 0 {
		d.problems.sort()
		return nil, d.problems
	}
	return c.policies, nil
}
