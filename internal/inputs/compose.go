package inputs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/source"
)

// The names that docker compose looks for, the first that is there.
const (
	defaultNames  = "compose.yaml compose.yml docker-compose.yaml docker-compose.yml"
	overrideNames = "compose.override.yml compose.override.yaml docker-compose.override.yml docker-compose.override.yaml"
)

// topLevel are the keys that make a map a Compose file.
const topLevel = "services include volumes networks secrets configs models"

// project reads a Compose file with what docker compose would put below or on top of it.
func (r *reader) project(file *source.File) ([]Build, error) {
	dir, name := path.Split(file.Path)
	beside := func(names string) (*source.File, error) {
		for name := range strings.FieldsSeq(names) {
			if name = dir + name; exists(name) {
				return r.open(name)
			}
			r.sought[name] = true
		}
		return nil, nil
	}
	lookup, err := r.environment(r.lookup, path.Join(path.Dir(file.Path), ".env"))
	if err != nil {
		return nil, err
	}
	stack := func(files ...*source.File) ([]Build, project, error) {
		p, err := r.stack(files, path.Dir(file.Path), lookup)
		err = together(err, p.include(nil))
		return p.builds(), p, err
	}
	var other *source.File
	switch {
	case named(name, overrideNames):
		if other, err = beside(defaultNames); other != nil {
			other, file = file, other
		}
	case named(name, defaultNames):
		other, err = beside(overrideNames)
	default:
		builds, p, err := stack(file)
		base, otherwise := beside(defaultNames)
		if base == nil || otherwise != nil || err != nil {
			return builds, err
		}
		below, _ := r.stack([]*source.File{base}, path.Dir(file.Path), lookup)
		if !p.partial(below, builds) {
			return builds, nil
		}
		more, _, err := stack(base, file)
		if err != nil {
			return builds, nil
		}
		own := map[string]bool{}
		p.each(func(_ *composeFile, key *yaml.Node) { own["service "+key.Value] = true })
		return slices.DeleteFunc(more, func(b Build) bool { return !own[b.Name] }), nil
	}
	if err != nil {
		return nil, fmt.Errorf("with what is beside it: %w", err)
	}
	files := []*source.File{file}
	if other != nil {
		files = append(files, other)
	}
	builds, _, err := stack(files...)
	return builds, err
}

func named(name, names string) bool { return slices.Contains(strings.Fields(names), name) }

// project is a stack of Compose documents: what a later one says lies on top.
type project []*composeFile

// stack reads files. dir is the folder that their paths are relative to. What could be read is returned with the error.
func (r *reader) stack(files []*source.File, dir string, lookup Lookup) (project, error) {
	var p project
	var errs []error
	for i, file := range files {
		fail := func(err error) {
			if i > 0 {
				err = fmt.Errorf("%s: %w", file.Path, err)
			}
			errs = append(errs, err)
		}
		if r.documents++; r.documents > maxDocuments {
			return p, fmt.Errorf("more than %d files are included", maxDocuments)
		}
		roots, err := documents(file)
		if err != nil {
			fail(err)
			continue
		}
		for _, root := range roots {
			c := &composeFile{reader: r, file: file, dir: dir, root: root, lookup: lookup, place: map[string]keyed{}, siblings: map[string]project{}}
			if root.Kind != yaml.MappingNode {
				fail(c.wrong(root, "a Compose file is a map, not %s", kind(root)))
				continue
			}
			if !slices.ContainsFunc(pairs(root), func(p keyed) bool { return named(p.key.Value, topLevel) }) {
				fail(c.wrong(root, "it has no services, so it is not a Compose file"))
				continue
			}
			services := field(root, "services")
			if services != nil && services.Kind != yaml.MappingNode && !isNull(services) && services.Tag != reset {
				fail(c.wrong(services, "services is a map, not %s", kind(services)))
				continue
			}
			c.services = pairs(services)
			for _, s := range c.services {
				c.place[s.key.Value] = s
			}
			p = append(p, c)
		}
	}
	return p, together(errs...)
}

// builds are what the services build, in the order in which they are first spoken of.
func (p project) builds() []Build {
	var out []Build
	seen := map[string]bool{}
	p.each(func(c *composeFile, key *yaml.Node) {
		if seen[key.Value] {
			return
		}
		seen[key.Value] = true
		if b, ok := p.service(c, key); ok {
			out = append(out, b)
		}
	})
	return out
}

// each calls f with the names of services, those of included files first.
func (p project) each(f func(c *composeFile, key *yaml.Node)) {
	for _, c := range p {
		for _, below := range c.below {
			below.each(f)
		}
		for _, s := range c.services {
			f(c, s.key)
		}
	}
}

// partial reports whether the project only makes sense on top of another: a service of it has neither an image nor a build, says of one that
// the other builds how but not from where, or has a Dockerfile that is not there.
func (p project) partial(below project, builds []Build) bool {
	found := false
	for _, c := range p {
		for _, s := range c.services {
			build := field(s.value, "build")
			if build == nil && field(s.value, "image") == nil && field(s.value, "extends") == nil && field(s.value, "provider") == nil {
				found = true
			}
			if build != nil && build.Kind == yaml.MappingNode && field(build, "context") == nil {
				parts, _, _ := below.parts(s.key.Value, map[composePlace]bool{})
				found = found || len(parts) > 0
			}
		}
	}
	return found || slices.ContainsFunc(builds, func(b Build) bool { return b.Dockerfile != "" && !exists(b.Dockerfile) })
}

// documents are the roots of a file's documents.
func documents(file *source.File) ([]*yaml.Node, error) {
	var roots []*yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(file.Bytes))
	for {
		var doc yaml.Node
		err := d.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return roots, nil
		}
		if err != nil {
			line, message := source.YAMLProblem(err)
			if bytes.Contains(file.Bytes, []byte("{{")) || bytes.Contains(file.Bytes, []byte("{%")) {
				message += "; it looks like a template: what is made of it can be linted"
			}
			return nil, fmt.Errorf("line %d: %s", line, message)
		}
		if len(doc.Content) > 0 && !isNull(doc.Content[0]) {
			roots = append(roots, target(doc.Content[0]))
		}
	}
}

// environment looks a variable up in one place, then in files of NAME=value that need not be there, the last first.
func (r *reader) environment(lookup Lookup, files ...string) (Lookup, error) {
	if lookup == nil {
		lookup = func(string) (string, bool) { return "", false }
	}
	all := map[string]string{}
	for _, name := range files {
		r.sought[name] = true
		if info, err := os.Stat(filepath.FromSlash(name)); errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
			continue
		}
		content, err := Content(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		values, err := dotenv.UnmarshalBytesWithLookup(content, dotenv.LookupFn(lookup))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		maps.Copy(all, values)
	}
	return func(name string) (string, bool) {
		if value, ok := lookup(name); ok {
			return value, true
		}
		value, ok := all[name]
		return value, ok
	}, nil
}

// composeFile is one document of a Compose file.
type composeFile struct {
	*reader
	file     *source.File
	dir      string
	root     *yaml.Node
	lookup   Lookup
	services []keyed
	place    map[string]keyed   // services by name
	below    []project          // what it includes
	siblings map[string]project // the files that services extend, by path
}

// wrong is what is wrong at a node.
func (c *composeFile) wrong(n *yaml.Node, format string, args ...any) error {
	return &located{c.file.Path, n.Line, fmt.Sprintf(format, args...)}
}

// include reads the files that include names, and puts them below. within are the files that include these.
func (p project) include(within []string) error {
	var errs []error
	for _, c := range p {
		n := field(c.root, "include")
		if isNull(n) {
			continue
		}
		if n.Kind != yaml.SequenceNode {
			errs = append(errs, c.wrong(n, "include is a list, not %s", kind(n)))
			continue
		}
		for _, item := range list(n) {
			errs = append(errs, c.includeOne(item, append(slices.Clone(within), c.file.Path)))
		}
	}
	return together(errs...)
}

// includeOne reads one entry of include: a file, or files that lie on one another.
func (c *composeFile) includeOne(n *yaml.Node, within []string) error {
	paths, dir := n, ""
	var env []string
	if n.Kind == yaml.MappingNode {
		paths = field(n, "path")
		if folder := field(n, "project_directory"); folder != nil {
			dir = join(c.dir, c.plain(folder))
		}
		for _, f := range list(field(n, "env_file")) {
			env = append(env, join(c.dir, c.plain(f)))
		}
	}
	var files []*source.File
	for _, p := range list(paths) {
		name := c.plain(p)
		if name == "" || remote(name) {
			return nil
		}
		name = join(c.dir, name)
		if slices.Contains(within, name) {
			return c.wrong(p, "include %s: it includes itself", name)
		}
		file, err := c.open(name)
		if err != nil {
			return c.wrong(p, "include %s: %v", name, err)
		}
		files = append(files, file)
	}
	if len(files) == 0 {
		return nil
	}
	if dir == "" {
		dir = path.Dir(files[0].Path)
	}
	if env == nil {
		env = []string{path.Join(dir, ".env")}
	}
	lookup, err := c.environment(c.lookup, env...)
	if err != nil {
		return c.wrong(n, "include: %v", err)
	}
	p, err := c.stack(files, dir, lookup)
	c.below = append(c.below, p)
	if err = together(err, p.include(within)); err != nil {
		return c.wrong(n, "include %s: %v", files[0].Path, err)
	}
	return nil
}

// plain is a value without what is unknown in it.
func (c *composeFile) plain(n *yaml.Node) string {
	value, unset, err := c.value(n)
	if err != nil || len(unset) > 0 {
		return ""
	}
	return value
}

// value is a scalar with its variables replaced.
func (c *composeFile) value(n *yaml.Node) (value string, unset []string, err error) {
	n = target(n)
	if n.Kind != yaml.ScalarNode {
		return "", nil, c.wrong(n, "a text is needed, not %s", kind(n))
	}
	if isNull(n) {
		return "", nil, nil
	}
	if !strings.Contains(n.Value, "$") {
		return n.Value, nil, nil
	}
	out, unset, err := interpolate(whole(n.Value, source.Span{}), c.lookup)
	if err != nil {
		return "", nil, c.wrong(n, "%v", err)
	}
	return out.String(), unset, nil
}

// part is a service's build, or that of one it extends, with where it was written.
type part struct {
	*composeFile
	build *yaml.Node
}

// composePlace is a service of a file.
type composePlace struct{ path, name string }

// service is the build of a service, if it has one. It is first spoken of in c.
func (p project) service(c *composeFile, key *yaml.Node) (Build, bool) {
	at := offset(c.file, key.Line, key.Column)
	b := Build{Name: "service " + key.Value, File: c.file, Span: source.Span{Start: at, End: at + len(key.Value)}, Args: map[string]string{}}
	parts, _, err := p.parts(key.Value, map[composePlace]bool{})
	if err == nil && len(parts) > 0 {
		err = b.merge(parts)
	}
	b.Err = in(c.file.Path, err)
	return b, err != nil || len(parts) > 0
}

// parts are the builds that make a service's, the lowest first. alone is true when nothing of what is below these documents counts.
func (p project) parts(name string, seen map[composePlace]bool) (parts []part, alone bool, err error) {
	return stacked(p, name, seen)
}

// stacked are the parts of documents, or of projects, that lie on one another, the lowest first.
func stacked[L interface {
	parts(string, map[composePlace]bool) ([]part, bool, error)
}](layers []L, name string, seen map[composePlace]bool) (parts []part, alone bool, err error) {
	for _, layer := range layers {
		more, top, err := layer.parts(name, seen)
		if err != nil {
			return nil, false, err
		}
		if top {
			parts, alone = nil, true
		}
		parts = append(parts, more...)
	}
	return parts, alone, nil
}

// The tags that take away what is below: with reset nothing is left, with override what they stand at.
const (
	reset    = "!reset"
	override = "!override"
)

func (c *composeFile) parts(name string, seen map[composePlace]bool) (parts []part, alone bool, err error) {
	if parts, alone, err = stacked(c.below, name, seen); err != nil {
		return nil, false, err
	}
	cleared := func(n *yaml.Node) bool {
		if n != nil && (n.Tag == reset || n.Tag == override) {
			parts, alone = nil, true
		}
		return n != nil && n.Tag == reset
	}
	n := target(c.place[name].value)
	if cleared(field(c.root, "services")) || cleared(n) || isNull(n) {
		return parts, alone, nil
	}
	if n.Kind != yaml.MappingNode {
		return nil, false, c.wrong(n, "a service is a map, not %s", kind(n))
	}
	if extends := field(n, "extends"); extends != nil {
		more, err := c.extended(composePlace{c.file.Path, name}, extends, seen)
		if err != nil {
			return nil, false, err
		}
		parts = append(parts, more...)
	}
	build := field(n, "build")
	if cleared(build) || isNull(build) {
		return parts, alone, nil
	}
	if build.Kind != yaml.ScalarNode && build.Kind != yaml.MappingNode {
		return nil, false, c.wrong(build, "build is a folder or a map, not %s", kind(build))
	}
	return append(parts, part{c, build}), alone, nil
}

// extended are the parts of the service that another extends.
func (c *composeFile) extended(by composePlace, n *yaml.Node, seen map[composePlace]bool) ([]part, error) {
	from, name := project{c}, c.plain(n)
	if n.Kind == yaml.MappingNode {
		service := field(n, "service")
		if service == nil {
			return nil, c.wrong(n, "extends names no service")
		}
		name = c.plain(service)
		if f := field(n, "file"); f != nil && c.plain(f) != "" {
			var err error
			if from, err = c.sibling(f); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case seen[by]:
		return nil, c.wrong(n, "service %s extends itself", by.name)
	case len(seen) >= maxDepth:
		return nil, c.wrong(n, "services extend one another more than %d deep", maxDepth)
	}
	seen[by] = true
	defer delete(seen, by)
	there := false
	from.each(func(_ *composeFile, key *yaml.Node) { there = there || key.Value == name })
	if !there {
		return nil, c.wrong(n, "there is no service %s to extend in %s", name, from[0].file.Path)
	}
	parts, _, err := from.parts(name, seen)
	return parts, err
}

// sibling opens the file that extends names. Its paths are relative to its own folder.
func (c *composeFile) sibling(n *yaml.Node) (project, error) {
	name := join(c.dir, c.plain(n))
	if p, ok := c.siblings[name]; ok {
		return p, nil
	}
	file, err := c.open(name)
	if err != nil {
		return nil, c.wrong(n, "extends %s: %v", name, err)
	}
	p, err := c.stack([]*source.File{file}, path.Dir(name), c.lookup)
	if err != nil {
		return nil, c.wrong(n, "extends %s: %v", name, err)
	}
	if len(p) == 0 {
		return nil, c.wrong(n, "extends %s: it is empty", name)
	}
	c.siblings[name] = p
	return p, nil
}

// merge puts the parts of a build together, later ones winning.
func (b *Build) merge(parts []part) error {
	context, dir, dockerfile := "", parts[0].dir, ""
	var inline part
	var wrong error
	contexts := map[string]bool{}
	for _, p := range parts {
		text := func(n *yaml.Node) string {
			if n.Tag == reset {
				return ""
			}
			value, unset, err := p.value(n)
			switch {
			case err != nil && wrong == nil:
				wrong = err
			case len(unset) > 0 && b.Unknown == "":
				b.Unknown = fmt.Sprintf("%s is not set", unset[0])
			}
			return value
		}
		if p.build.Kind == yaml.ScalarNode {
			context, dir = text(p.build), p.dir
			continue
		}
		if n := field(p.build, "context"); n != nil {
			context, dir = text(n), p.dir
		}
		if n := field(p.build, "dockerfile"); n != nil {
			dockerfile, inline = text(n), part{}
		}
		if n := field(p.build, "dockerfile_inline"); n != nil && n.Tag == reset {
			inline = part{}
		} else if !isNull(n) {
			inline, dockerfile = part{p.composeFile, n}, ""
		}
		if n := field(p.build, "target"); n != nil {
			b.Target = text(n)
		}
		if err := b.arguments(p); err != nil {
			return err
		}
		if err := p.contexts(contexts); err != nil {
			return err
		}
	}
	if wrong != nil {
		return wrong
	}
	b.Contexts = slices.Sorted(maps.Keys(contexts))
	if inline.build != nil {
		var unset []string
		var err error
		if b.Inline, unset, err = inline.inline(inline.build); err != nil {
			return err
		}
		if len(unset) > 0 {
			b.Unknown = fmt.Sprintf("%s is not set; a $ of the Dockerfile's own is written $$", unset[0])
		}
	}
	if b.Unknown != "" {
		return nil
	}
	if home, ok := parts[0].get("HOME"); ok && (context == "~" || strings.HasPrefix(context, "~/")) {
		context = home + context[1:]
	}
	b.place(dir, context, dockerfile)
	if _, name := path.Split(b.File.Path); context == "" && b.Dockerfile != "" && !exists(b.Dockerfile) && !named(name, defaultNames) {
		b.Unknown = "it names no context, and " + notThere
	}
	return nil
}

// inline is a Dockerfile that stands in the file.
func (c *composeFile) inline(n *yaml.Node) (*Inline, []string, error) {
	n = target(n)
	if n.Kind != yaml.ScalarNode {
		return nil, nil, c.wrong(n, "dockerfile_inline is a text, not %s", kind(n))
	}
	t, written := scalar(c.file, n)
	at := offset(c.file, n.Line, n.Column)
	t, unset, err := interpolate(t, c.lookup)
	if err != nil {
		return nil, nil, c.wrong(n, "%v", err)
	}
	return newInline(c.file, t, written, source.Span{Start: at, End: at}), unset, nil
}

// arguments are the args of a build: a map, or a list of NAME=value and NAME.
func (b *Build) arguments(p part) error {
	n := field(p.build, "args")
	if n != nil && (n.Tag == reset || n.Tag == override) {
		clear(b.Args)
		b.CallersArgs = nil
	}
	if isNull(n) || n.Tag == reset {
		return nil
	}
	given, err := p.assignments(n, "args")
	if err != nil {
		return err
	}
	for _, a := range given {
		value, unset := "", []string(nil)
		if isNull(a.value) {
			var ok bool
			if value, ok = p.get(a.name); !ok {
				continue // docker compose passes none then
			}
		} else if a.value.Tag == reset {
			delete(b.Args, a.name)
			continue
		} else if value, unset, err = p.value(a.value); err != nil {
			return err
		} else if a.value.Style == 0 && !strings.Contains(a.value.Value, "$") {
			// 1.0 and 0x1 are numbers, which docker compose writes anew.
			var decoded any
			if err := a.value.Decode(&decoded); err == nil {
				value = fmt.Sprint(decoded)
			}
		}
		b.CallersArgs = slices.DeleteFunc(b.CallersArgs, func(name string) bool { return name == a.name })
		if b.Args[a.name] = value; len(unset) > 0 {
			b.caller(a.name)
		}
	}
	return nil
}

func (c *composeFile) get(name string) (string, bool) { return c.lookup(name) }

type assignment struct {
	name  string
	value *yaml.Node // nil when there is none
}

// assignments reads a map, or a list of NAME=value.
func (c *composeFile) assignments(n *yaml.Node, what string) ([]assignment, error) {
	var out []assignment
	switch n = target(n); n.Kind {
	case yaml.MappingNode:
		for _, p := range pairs(n) {
			out = append(out, assignment{p.key.Value, target(p.value)})
		}
		return out, nil
	case yaml.SequenceNode:
		for _, item := range n.Content {
			item = target(item)
			if item.Kind != yaml.ScalarNode {
				return nil, c.wrong(item, "%s: NAME=value is needed, not %s", what, kind(item))
			}
			name, value, ok := strings.Cut(item.Value, "=")
			a := assignment{name: name}
			if ok {
				a.value = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Line: item.Line, Column: item.Column}
			}
			out = append(out, a)
		}
		return out, nil
	}
	return nil, c.wrong(n, "%s is a map or a list, not %s", what, kind(n))
}

// contexts adds the names of additional contexts.
func (p part) contexts(names map[string]bool) error {
	n := field(p.build, "additional_contexts")
	if n != nil && (n.Tag == reset || n.Tag == override) {
		clear(names)
	}
	if isNull(n) || n.Tag == reset {
		return nil
	}
	given, err := p.assignments(n, "additional_contexts")
	for _, a := range given {
		names[a.name] = a.value == nil || a.value.Tag != reset
		if !names[a.name] {
			delete(names, a.name)
		}
	}
	return err
}

// target follows an alias.
func target(n *yaml.Node) *yaml.Node {
	for range maxDepth {
		if n == nil || n.Kind != yaml.AliasNode {
			return n
		}
		n = n.Alias
	}
	return n
}

type keyed struct{ key, value *yaml.Node }

// pairs are the entries of a map, those that << brings too, in the order of the file; its own win.
func pairs(n *yaml.Node) []keyed {
	var out []keyed
	collect(n, map[string]bool{}, map[*yaml.Node]bool{}, &out)
	return out
}

// collect visits each node once, however many aliases lead to it.
func collect(n *yaml.Node, seen map[string]bool, visited map[*yaml.Node]bool, out *[]keyed) {
	n = target(n)
	if n == nil || n.Kind != yaml.MappingNode || visited[n] {
		return
	}
	visited[n] = true
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := target(n.Content[i])
		if key.Kind == yaml.ScalarNode && !isMerge(key) && !seen[key.Value] {
			seen[key.Value] = true
			*out = append(*out, keyed{key, n.Content[i+1]})
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !isMerge(n.Content[i]) {
			continue
		}
		for _, from := range list(n.Content[i+1]) {
			collect(from, seen, visited, out)
		}
	}
}

func isMerge(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "<<" && n.Tag == "!!merge"
}

// field is the value of a key, with what << brings; nil when there is none.
func field(n *yaml.Node, key string) *yaml.Node {
	for _, p := range pairs(n) {
		if p.key.Value == key {
			return target(p.value)
		}
	}
	return nil
}

// list are the items of a list, or the one node that stands for a list of one.
func list(n *yaml.Node) []*yaml.Node {
	n = target(n)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return []*yaml.Node{n}
	}
	out := make([]*yaml.Node, len(n.Content))
	for i, item := range n.Content {
		out[i] = target(item)
	}
	return out
}

func isNull(n *yaml.Node) bool { return n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// kind names what a node is, for messages.
func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a map"
	case yaml.SequenceNode:
		return "a list"
	}
	if isNull(n) {
		return "nothing"
	}
	return fmt.Sprintf("%q", clip(n.Value))
}
