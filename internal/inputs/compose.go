package inputs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
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

// project reads a Compose file with its override file, if it has one, or is one.
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
	var over *source.File
	var err error
	switch {
	case named(name, overrideNames):
		var base *source.File
		if base, err = beside(defaultNames); base != nil {
			file, over = base, file
		}
	case named(name, defaultNames):
		over, err = beside(overrideNames)
	}
	if err != nil {
		return nil, fmt.Errorf("with what is beside it: %w", err)
	}
	return r.compose(file, path.Dir(file.Path), 0, over)
}

func named(name, names string) bool { return slices.Contains(strings.Fields(names), name) }

// compose reads a Compose file. dir is the folder that its paths are relative to; over is a file whose services come on top, or nil.
func (r *reader) compose(file *source.File, dir string, depth int, over *source.File) ([]Build, error) {
	roots, err := documents(file)
	if err != nil {
		return nil, err
	}
	lookup, err := r.environment(dir)
	if err != nil {
		return nil, err
	}
	var builds []Build
	var errs []error
	var above []*composeFile
	if over != nil {
		more, err := documents(over)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", over.Path, err)
		}
		for _, root := range more {
			above = append(above, &composeFile{reader: r, file: over, dir: dir, root: root, lookup: lookup})
		}
	}
	own := map[string]bool{}
	for _, root := range roots {
		c := &composeFile{reader: r, file: file, dir: dir, root: root, lookup: lookup}
		if root.Kind != yaml.MappingNode {
			return nil, c.wrong(root, "a Compose file is a map, not %s", kind(root))
		}
		services := field(root, "services")
		if services == nil && field(root, "include") == nil {
			errs = append(errs, c.wrong(root, "it has no services, so it is not a Compose file"))
			continue
		}
		included, err := c.included(depth)
		builds = append(builds, included...)
		if err != nil {
			errs = append(errs, err)
		}
		if services != nil && services.Kind != yaml.MappingNode && !isNull(services) {
			errs = append(errs, c.wrong(services, "services is a map, not %s", kind(services)))
			continue
		}
		for _, p := range pairs(services) {
			own[p.key.Value] = true
			if b, ok := c.service(p.key, p.value, above); ok {
				builds = append(builds, b)
			}
		}
	}
	for i, c := range above {
		for _, p := range pairs(field(c.root, "services")) {
			if own[p.key.Value] {
				continue
			}
			own[p.key.Value] = true
			if b, ok := c.service(p.key, p.value, above[i+1:]); ok {
				builds = append(builds, b)
			}
		}
	}
	return builds, errors.Join(errs...)
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
			return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
		}
		if len(doc.Content) > 0 && !isNull(doc.Content[0]) {
			roots = append(roots, target(doc.Content[0]))
		}
	}
}

// environment looks a variable up as docker compose does: in the environment, then in .env beside the file.
func (r *reader) environment(dir string) (Lookup, error) {
	name := filepath.Join(filepath.FromSlash(dir), ".env")
	r.sought[filepath.ToSlash(name)] = true
	if info, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return r.lookup, nil
	}
	content, err := readFile(filepath.ToSlash(name))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.ToSlash(name), err)
	}
	lookup := r.lookup
	if lookup == nil {
		lookup = func(string) (string, bool) { return "", false }
	}
	values, err := dotenv.UnmarshalBytesWithLookup(content, dotenv.LookupFn(lookup))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.ToSlash(name), err)
	}
	return func(name string) (string, bool) {
		if value, ok := lookup(name); ok {
			return value, true
		}
		value, ok := values[name]
		return value, ok
	}, nil
}

// composeFile is one document of a Compose file.
type composeFile struct {
	*reader
	file   *source.File
	dir    string
	root   *yaml.Node
	lookup Lookup
}

// wrong is what is wrong at a node.
func (c *composeFile) wrong(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("line %d: %s", n.Line, fmt.Sprintf(format, args...))
}

// included are the builds of the files that include names.
func (c *composeFile) included(depth int) ([]Build, error) {
	n := field(c.root, "include")
	if n == nil || isNull(n) {
		return nil, nil
	}
	if n.Kind != yaml.SequenceNode {
		return nil, c.wrong(n, "include is a list, not %s", kind(n))
	}
	if depth >= maxDepth {
		return nil, c.wrong(n, "files include one another more than %d deep", maxDepth)
	}
	var builds []Build
	var errs []error
	for _, item := range n.Content {
		item = target(item)
		paths, folder := item, ""
		if item.Kind == yaml.MappingNode {
			paths = field(item, "path")
			if dir := field(item, "project_directory"); dir != nil {
				folder = join(c.dir, c.plain(dir))
			}
		}
		for _, p := range list(paths) {
			name := c.plain(p)
			if name == "" || remote(name) {
				continue
			}
			name = join(c.dir, name)
			file, err := c.open(name)
			if err != nil {
				errs = append(errs, c.wrong(p, "include %s: %v", name, err))
				continue
			}
			dir := folder
			if dir == "" {
				dir = path.Dir(name)
			}
			more, err := c.compose(file, dir, depth+1, nil)
			if err != nil {
				errs = append(errs, c.wrong(p, "include %s: %v", name, err))
			}
			builds = append(builds, more...)
		}
	}
	return builds, errors.Join(errs...)
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

// service is the build of a service, if it has one, with what the files above say of it.
func (c *composeFile) service(key, n *yaml.Node, above []*composeFile) (Build, bool) {
	at := offset(c.file, key.Line, key.Column)
	b := Build{Name: "service " + key.Value, File: c.file, Span: source.Span{Start: at, End: at + len(key.Value)}, Args: map[string]string{}}
	parts, _, err := c.parts(n, map[string]bool{}, 0)
	for _, over := range above {
		service := field(field(over.root, "services"), key.Value)
		if service == nil || err != nil {
			continue
		}
		var more []part
		var alone bool
		if more, alone, err = over.parts(service, map[string]bool{}, 0); alone {
			parts = nil
		}
		parts = append(parts, more...)
		if err != nil {
			err = fmt.Errorf("%s: %w", over.file.Path, err)
		}
	}
	if err != nil {
		b.Err = err
		return b, true
	}
	if len(parts) == 0 {
		return b, false
	}
	b.Err = b.merge(parts)
	return b, true
}

// parts are the builds that make a service's, those that it extends first. alone is true when nothing of what came before counts.
func (c *composeFile) parts(n *yaml.Node, seen map[string]bool, depth int) (parts []part, alone bool, err error) {
	n = target(n)
	if n.Kind != yaml.MappingNode {
		if isNull(n) {
			return nil, false, nil
		}
		return nil, false, c.wrong(n, "a service is a map, not %s", kind(n))
	}
	if extends := field(n, "extends"); extends != nil {
		if parts, alone, err = c.extended(extends, seen, depth); err != nil {
			return nil, false, err
		}
	}
	build := field(n, "build")
	switch {
	case build == nil || isNull(build) && build.Tag != "!reset":
		return parts, alone, nil
	case build.Tag == "!reset":
		return nil, true, nil
	case build.Tag == "!override":
		parts, alone = nil, true
	}
	if build.Kind != yaml.ScalarNode && build.Kind != yaml.MappingNode {
		return nil, false, c.wrong(build, "build is a folder or a map, not %s", kind(build))
	}
	return append(parts, part{c, build}), alone, nil
}

// extended are the parts of the service that another extends.
func (c *composeFile) extended(n *yaml.Node, seen map[string]bool, depth int) ([]part, bool, error) {
	from, name := c, c.plain(n)
	if n.Kind == yaml.MappingNode {
		service := field(n, "service")
		if service == nil {
			return nil, false, c.wrong(n, "extends names no service")
		}
		name = c.plain(service)
		if f := field(n, "file"); f != nil && c.plain(f) != "" {
			var err error
			if from, err = c.sibling(f); err != nil {
				return nil, false, err
			}
		}
	}
	key := from.file.Path + "\x00" + name
	if seen[key] || depth >= maxDepth {
		return nil, false, c.wrong(n, "service %s extends itself", name)
	}
	seen[key] = true
	defer delete(seen, key)
	service := field(field(from.root, "services"), name)
	if service == nil {
		return nil, false, c.wrong(n, "there is no service %s to extend in %s", name, from.file.Path)
	}
	return from.parts(service, seen, depth+1)
}

// sibling opens the file that extends names. Its paths are relative to its own folder.
func (c *composeFile) sibling(n *yaml.Node) (*composeFile, error) {
	name := join(c.dir, c.plain(n))
	file, err := c.open(name)
	if err != nil {
		return nil, c.wrong(n, "extends %s: %v", name, err)
	}
	roots, err := documents(file)
	if err != nil {
		return nil, c.wrong(n, "extends %s: %v", name, err)
	}
	if len(roots) == 0 {
		return nil, c.wrong(n, "extends %s: it is empty", name)
	}
	return &composeFile{reader: c.reader, file: file, dir: path.Dir(name), root: roots[0], lookup: c.lookup}, nil
}

// merge puts the parts of a build together, later ones winning.
func (b *Build) merge(parts []part) error {
	context, dir, dockerfile := ".", parts[0].dir, ""
	var inline part
	for _, p := range parts {
		p := p
		text := func(n *yaml.Node) string {
			value, unset, err := p.value(n)
			switch {
			case err != nil && b.Err == nil:
				b.Err = err
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
		if n := field(p.build, "dockerfile_inline"); n != nil && !isNull(n) {
			inline, dockerfile = part{p.composeFile, n}, ""
		}
		if n := field(p.build, "target"); n != nil {
			b.Target = text(n)
		}
		if err := b.arguments(p); err != nil {
			return err
		}
		names, err := p.named(field(p.build, "additional_contexts"))
		if err != nil {
			return err
		}
		b.Contexts = append(b.Contexts, names...)
	}
	if b.Err != nil {
		return b.Err
	}
	slices.Sort(b.Contexts)
	b.Contexts = slices.Compact(b.Contexts)
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
	if b.Unknown == "" {
		if context == "" {
			context = "."
		}
		b.place(dir, context, dockerfile)
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
	if n == nil || isNull(n) {
		return nil
	}
	given, err := p.assignments(n, "args")
	if err != nil {
		return err
	}
	for _, a := range given {
		value, unset, ok := "", []string(nil), false
		if a.value != nil && !isNull(a.value) {
			if value, unset, err = p.value(a.value); err != nil {
				return err
			}
			ok = true
		} else if value, ok = p.get(a.name); !ok {
			continue // docker compose passes none then
		}
		b.CallersArgs = slices.DeleteFunc(b.CallersArgs, func(name string) bool { return name == a.name })
		if b.Args[a.name] = value; len(unset) > 0 {
			b.caller(a.name)
		}
	}
	return nil
}

func (c *composeFile) get(name string) (string, bool) {
	if c.lookup == nil {
		return "", false
	}
	return c.lookup(name)
}

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

// named are the names of additional contexts.
func (p part) named(n *yaml.Node) ([]string, error) {
	if n == nil || isNull(n) {
		return nil, nil
	}
	given, err := p.assignments(n, "additional_contexts")
	var names []string
	for _, a := range given {
		names = append(names, a.name)
	}
	return names, err
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
	collect(n, map[string]bool{}, &out, 0)
	return out
}

func collect(n *yaml.Node, seen map[string]bool, out *[]keyed, depth int) {
	n = target(n)
	if n == nil || n.Kind != yaml.MappingNode || depth > maxDepth {
		return
	}
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
			collect(from, seen, out, depth+1)
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
