package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// fileNames are the names of configuration files.
func fileNames() []string {
	return []string{"plimline.yaml", "plimline.yml", ".plimline.yaml", ".plimline.yml"}
}

// IsFile reports whether a file, of which this is the name without folders, is a configuration.
func IsFile(name string) bool { return slices.Contains(fileNames(), name) }

// Find returns the configuration file that counts for a file, or "" when there is none: the
// nearest one in its folder or above, up to the top of its repository (the folder with .git) or
// of the file system. It alone counts; it is not merged with files further up.
func Find(path string) (string, error) {
	dir, err := folderOf(path)
	for err == nil {
		file, top, err := look(dir)
		if err != nil || file != "" || top {
			return file, err
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

func folderOf(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find the configuration of %s: %w", path, err)
	}
	return filepath.Dir(abs), nil
}

// look returns the configuration file in an absolute folder, if any, and whether to look no further up.
func look(dir string) (file string, top bool, err error) {
	for _, name := range fileNames() {
		candidate := filepath.Join(dir, name)
		info, err := os.Stat(candidate)
		switch {
		case errors.Is(err, fs.ErrPermission):
			return "", true, fmt.Errorf("find the configuration: %w", err)
		case err != nil || !info.Mode().IsRegular():
			continue
		case file != "":
			// Whichever were taken, somebody would wonder why the other does nothing.
			return "", true, fmt.Errorf("find the configuration: %s has both %s and %s; keep one", shorten(dir), filepath.Base(file), name)
		}
		file = candidate
	}
	if file != "" {
		return shorten(file), true, nil
	}
	_, err = os.Lstat(filepath.Join(dir, ".git"))
	return "", err == nil || filepath.Dir(dir) == dir, nil
}

// shorten makes a path relative when it lies in the working directory, as people write it.
func shorten(abs string) string {
	cwd, err := os.Getwd()
	if err != nil {
		return abs
	}
	relative, err := filepath.Rel(cwd, abs)
	if err != nil || relative == ".." || strings.HasPrefix(relative, ".."+string(filepath.Separator)) {
		return abs
	}
	return relative
}

// Loader finds and reads the configuration of many files, each configuration once. It may be used by many goroutines.
type Loader struct {
	catalogs Catalogs
	flags    Flags
	fixed    *Config // counts for all files when not nil

	mu    sync.Mutex
	dirs  map[string]*loaded // by absolute folder
	files map[string]*loaded // by configuration file
}

type loaded struct {
	config *Config
	err    error
}

// LoaderOptions says where a Loader takes configurations from.
type LoaderOptions struct {
	File  string // this one, for all files; "" to look for the nearest
	None  bool   // nowhere, the defaults count
	Flags Flags
}

// NewLoader checks the flags and reads the named configuration file.
func NewLoader(catalogs Catalogs, opts LoaderOptions) (*Loader, error) {
	l := &Loader{catalogs: catalogs, flags: opts.Flags, dirs: map[string]*loaded{}, files: map[string]*loaded{}}
	var err error
	switch {
	case opts.File != "" && !opts.None:
		l.fixed, err = l.load(opts.File)
	case opts.None:
		l.fixed, err = l.load("")
	default:
		err = l.check()
	}
	if err != nil {
		return nil, err
	}
	return l, nil
}

// check says what is wrong with the flags themselves, which may name rules that the configuration of this folder brings.
func (l *Loader) check() error {
	_, err := l.load("")
	if err == nil {
		return nil
	}
	if file, notFound := Find("Dockerfile"); notFound == nil && file != "" {
		if c, wrong := l.parse(file); wrong == nil && len(c.policies) > len(l.flags.Policies) {
			_, err = c.With(l.flags)
		}
	}
	return err
}

// Config returns the configuration that counts for a file. For files with the same configuration it
// is the same pointer, and the same error.
func (l *Loader) Config(path string) (*Config, error) {
	if l.fixed != nil {
		return l.fixed, nil
	}
	dir, err := folderOf(path)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.nearest(dir)
	return found.config, found.err
}

// Excluded reports whether the configuration that counts for a file or folder found in a search leaves it
// out. A configuration that cannot be read leaves nothing out: its error shows when the file is linted.
func (l *Loader) Excluded(path string, dir bool) bool {
	config, err := l.Config(path)
	return err == nil && config.Excluded(path, dir)
}

// nearest is Find with a memory.
func (l *Loader) nearest(dir string) *loaded {
	if known, ok := l.dirs[dir]; ok {
		return known
	}
	file, top, err := look(dir)
	var found *loaded
	switch {
	case err != nil:
		found = &loaded{err: err}
	case file == "" && !top:
		found = l.nearest(filepath.Dir(dir))
	default:
		found = l.read(file)
	}
	l.dirs[dir] = found
	return found
}

// read loads a file, or makes the defaults of "", once.
func (l *Loader) read(file string) *loaded {
	found, ok := l.files[file]
	if !ok {
		config, err := l.load(file)
		found = &loaded{config, err}
		l.files[file] = found
	}
	return found
}

func (l *Loader) load(file string) (*Config, error) {
	if file == "" {
		cat, err := l.catalogs(l.flags.places())
		if err != nil {
			return nil, err
		}
		c := Default(cat)
		c.policies = l.flags.places()
		return c.With(l.flags)
	}
	config, err := l.parse(file)
	if err != nil {
		return nil, err
	}
	return config.With(l.flags)
}

// parse reads a file without the flags' choices.
func (l *Loader) parse(file string) (*Config, error) {
	content, err := read(file)
	if err != nil {
		return nil, err
	}
	return parseWith(file, content, l.flags.places(), l.catalogs)
}
