// Package inputs reads the files that say how images are built: Compose files and Bake files. What they build are Dockerfiles of
// their own, and Dockerfiles that stand within them.
//
// What depends on a variable that nothing gives a value is unknown rather than empty: whoever runs the build sets it.
package inputs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/source"
)

// maxFile bounds what is read of one file, in bytes.
const maxFile = 16 << 20

// maxDepth bounds how deep services and targets build on one another, and variables are nested.
const maxDepth = 16

// maxDocuments bounds how many Compose files one includes, all in all.
const maxDocuments = 1000

// Build is one image that a file says how to build.
type Build struct {
	Name string       // such as "service api" or "target web"
	File *source.File // that says so
	Span source.Span  // its name there
	// Context is the folder of the build context, slash-separated; "" when it is not on this machine.
	Context string
	// Dockerfile is its path; "" when it stands in the file itself.
	Dockerfile string
	Inline     *Inline
	Target     string
	Args       map[string]string
	// CallersArgs are given a value that is not known here.
	CallersArgs []string
	// Contexts are the names of additional contexts.
	Contexts []string
	// Sources are the paths of the files that it depends on, but for the Dockerfile: those that were read, and those that would have been if
	// they were there.
	Sources []string
	// Unknown says why the build cannot be judged, when it cannot: what it is built from is not on this machine, or not known.
	Unknown string
	// Err is what is wrong with what the file says of the build.
	Err error
	// Also are builds that are the same.
	Also []*Build

	dockerfile string   // as it is written, relative to the context
	links      []string // the targets that it takes as contexts
}

// Lookup is the environment: the value of a variable, and whether it is set.
type Lookup func(name string) (string, bool)

// Known reports whether a file's name is one of those that say how images are built. They are told apart by their extension:
// .yaml and .yml are Compose files, .hcl and .json Bake files.
func Known(name string) bool {
	switch strings.ToLower(path.Ext(filepath.ToSlash(name))) {
	case ".yaml", ".yml", ".hcl", ".json":
		return true
	}
	return false
}

// Read returns the builds of a file in its order. The error says what is wrong with the file as a whole, and where. What docker compose reads
// when no file is named, compose.yaml and the compose.override.yaml beside it, is one: each of them stands for both.
//
// A Bake file can compute anything; one that takes longer than the context allows is left, and goes on in the background.
func Read(ctx context.Context, file *source.File, lookup Lookup) ([]Build, error) {
	type result struct {
		builds []Build
		err    error
	}
	done := make(chan result, 1)
	go func() {
		builds, err := read(file, lookup)
		done <- result{builds, err}
	}()
	select {
	case r := <-done:
		return r.builds, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func read(file *source.File, lookup Lookup) ([]Build, error) {
	again := func(changed *source.File) ([]Build, error) {
		r := &reader{lookup: lookup, files: map[string]*source.File{file.Path: file}, sought: map[string]bool{}}
		r.files[changed.Path] = changed
		builds, err := r.read(r.files[file.Path])
		sources := slices.Sorted(maps.Keys(r.files))
		sources = slices.AppendSeq(sources, maps.Keys(r.sought))
		for i := range builds {
			builds[i].Sources = sources
		}
		return builds, err
	}
	builds, err := again(file)
	for i := range builds {
		if in := builds[i].Inline; in != nil {
			in.again = again
		}
	}
	return builds, err
}

// reader reads a file and those that it names.
type reader struct {
	lookup    Lookup
	files     map[string]*source.File // by path
	sought    map[string]bool         // paths of files that need not be there
	documents int                     // of Compose files that were read
}

func (r *reader) read(file *source.File) ([]Build, error) {
	switch strings.ToLower(path.Ext(file.Path)) {
	case ".hcl", ".json":
		return r.bake(file)
	}
	return r.project(file)
}

// open reads another file.
func (r *reader) open(name string) (*source.File, error) {
	if f, ok := r.files[name]; ok {
		return f, nil
	}
	content, err := Content(name)
	if err != nil {
		return nil, err
	}
	f := source.NewFile(name, content)
	r.files[name] = f
	return f, nil
}

// Content is that of a regular file of at most 16 MB. The error does not name it.
func Content(name string) ([]byte, error) {
	info, err := os.Stat(filepath.FromSlash(name))
	if err != nil {
		return nil, source.Cause(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	f, err := os.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, source.Cause(err)
	}
	defer f.Close()
	return source.ReadAtMost(f, maxFile)
}

func exists(name string) bool {
	_, err := os.Stat(filepath.FromSlash(name))
	return err == nil
}

// located is what is wrong in a line of a file.
type located struct {
	path    string
	line    int
	message string
}

func (l *located) Error() string { return fmt.Sprintf("line %d: %s", l.line, l.message) }

// in is what is wrong, said of a file: with the file's name where it is another.
func in(path string, err error) error {
	if l := (*located)(nil); errors.As(err, &l) && l.path != path {
		return fmt.Errorf("%s: %w", l.path, err)
	}
	return err
}

// together is what is wrong in one line; nil when nothing is.
func together(errs ...error) error {
	var out error
	for _, err := range errs {
		switch {
		case err == nil:
		case out == nil:
			out = err
		default:
			out = fmt.Errorf("%w; %w", out, err)
		}
	}
	return out
}

// join is a path as seen from a folder.
func join(dir, name string) string {
	name = filepath.ToSlash(name)
	if path.IsAbs(name) || filepath.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(dir, name)
}

// remote reports whether a context is not a folder of this machine: an address, a git repository, an image, another build, standard input.
func remote(context string) bool {
	if context == "-" || strings.Contains(context, "://") {
		return true
	}
	for _, prefix := range []string{"github.com/", "git@", "target:", "service:", "docker-image:", "oci-layout:"} {
		if strings.HasPrefix(context, prefix) {
			return true
		}
	}
	return false
}

// notThere is why a build is not judged whose file seems to be a part of something.
const notThere = "its Dockerfile is not there; is the file meant to lie on top of another?"

// place fills in where the Dockerfile and its context are. dir is the folder that paths are relative to; where a context is named whose
// Dockerfile is not there, but is as seen from this folder, it is this one: bake's paths are relative to it, and those of a Compose file that
// lies on top of another are to that one's.
func (b *Build) place(dir, context, dockerfile string) {
	b.dockerfile = dockerfile
	switch {
	case remote(context) && b.Inline != nil:
		return
	case strings.Contains(context+dockerfile, "{{"):
		b.Unknown = fmt.Sprintf("%s is for a template to fill in", path.Join(context, dockerfile))
		return
	case remote(context):
		b.Unknown = fmt.Sprintf("its context %s is not on this machine", context)
		return
	}
	b.Context = join(dir, context)
	if b.Inline != nil {
		return
	}
	if dockerfile == "" {
		dockerfile = "Dockerfile"
	}
	if remote(dockerfile) {
		b.Unknown = fmt.Sprintf("its Dockerfile %s is not on this machine", dockerfile)
		return
	}
	b.Dockerfile = join(b.Context, dockerfile)
	if here := join(join(".", context), dockerfile); context != "" && !exists(b.Dockerfile) && exists(here) {
		b.Context, b.Dockerfile = join(".", context), here
	}
}

// caller gives an argument a value that is not known.
func (b *Build) caller(name string) {
	delete(b.Args, name)
	b.CallersArgs = append(b.CallersArgs, name)
}

// In is the same build in its file as it is by now.
func (b *Build) In(file *source.File) (*Build, error) {
	if bytes.Equal(file.Bytes, b.Inline.File.Bytes) {
		return b, nil
	}
	builds, err := b.Inline.again(file)
	if err != nil {
		return nil, err
	}
	for i := range builds {
		if builds[i].Name == b.Name && builds[i].File.Path == b.File.Path && builds[i].Inline != nil {
			builds[i].Inline.again = b.Inline.again
			return &builds[i], nil
		}
	}
	return nil, fmt.Errorf("%s is no longer there", b.Name)
}

// Same reports whether two builds of one Dockerfile build the same image.
func (b *Build) Same(o *Build) bool {
	if (b.Inline == nil) != (o.Inline == nil) || b.Inline != nil && (b.Inline.Start() != o.Inline.Start() || b.Inline.text.String() != o.Inline.text.String()) {
		return false
	}
	return b.Context == o.Context && b.Dockerfile == o.Dockerfile && b.Target == o.Target && maps.Equal(b.Args, o.Args) &&
		slices.Equal(b.CallersArgs, o.CallersArgs) && slices.Equal(b.Contexts, o.Contexts)
}
