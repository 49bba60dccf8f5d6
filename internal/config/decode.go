package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/finding"
)

// maxNodes is how many nodes are looked at. Aliases let a small file stand for endlessly many.
const maxNodes = 100_000

// decoder walks the nodes of a configuration file and collects what is wrong with them.
// It does not use yaml's own decoding, which knows neither columns nor more than one problem at a time.
type decoder struct {
	file     string
	cat      *finding.Catalog
	problems Problems
	budget   int
}

// fields are the keys of a map and what reads their values.
type fields map[string]func(*yaml.Node)

func (d *decoder) problem(n *yaml.Node, format string, args ...any) {
	d.problems = append(d.problems, Problem{d.file, n.Line, n.Column, fmt.Sprintf(format, args...)})
}

func (d *decoder) config(c *Config, root *yaml.Node) {
	var own layer
	var overrides []layer
	d.fields(root, "the configuration", d.configFields(c, &own, &overrides), nil)
	c.layers = append([]layer{own}, overrides...)
}

// configFields are the keys at the top of the file.
func (d *decoder) configFields(c *Config, own *layer, overrides *[]layer) fields {
	f := d.layerFields(own)
	f["fail-on"] = func(n *yaml.Node) {
		if text, ok := d.text(n, "fail-on"); ok {
			var err error
			if c.failOn, err = parseFailOn(text); err != nil {
				d.problem(n, "fail-on: %v", err)
			}
		}
	}
	f["baseline"] = func(n *yaml.Node) {
		if text, ok := d.text(n, "baseline"); ok {
			c.baseline = absolute(c.dir, text)
		}
	}
	f["inputs"] = func(n *yaml.Node) {
		for _, item := range d.list(n, "inputs", "Compose and Bake files") {
			if text, ok := d.text(item, "an item of inputs"); ok {
				c.inputs = append(c.inputs, absolute(c.dir, text))
			}
		}
	}
	f["policy-keys"] = func(n *yaml.Node) { d.keys(c.dir, n) }
	parameters := f["policies"]
	f["policies"] = func(n *yaml.Node) {
		if d.node(n).Kind != yaml.SequenceNode {
			parameters(n)
			return
		}
		for _, item := range d.list(n, "policies", "places and parameters") {
			if item.Kind != yaml.ScalarNode { // sources has seen the others
				parameters(item)
			}
		}
	}
	f["exclude"] = func(n *yaml.Node) { c.exclude = d.globs(n, "exclude") }
	f["overrides"] = func(n *yaml.Node) {
		for _, item := range d.list(n, "overrides", "maps") {
			*overrides = append(*overrides, d.override(item))
		}
	}
	return f
}

// sources reads where policies of the user's are: the texts in policies, when that is a list. Paths are relative to the file's folder.
// It is looked at before all else, which may name their rules. It returns where each is named, and as "" where all are; nil when they are
// no list.
func (d *decoder) sources(c *Config, root *yaml.Node) map[string]*yaml.Node {
	list := d.at(root, "policies")
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	var keys []string
	if n := d.at(root, "policy-keys"); n != nil {
		// What is wrong with them is told when the key itself is read.
		keys = (&decoder{budget: maxNodes}).keys(c.dir, n)
	}
	own := map[string]*yaml.Node{"": list}
	for _, item := range list.Content {
		if item = d.node(item); item.Kind == yaml.ScalarNode {
			if text, ok := d.text(item, "an item of policies"); ok {
				p := Place{Ref: absolute(c.dir, text), Dir: shorten(c.dir), Keys: keys}
				c.policies, own[p.Ref] = append(c.policies, p), item
			}
		}
	}
	return own
}

// at is the value of a key of the file; nil when it is not there.
func (d *decoder) at(root *yaml.Node, key string) *yaml.Node {
	if root == nil || root.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value == key {
			return d.node(root.Content[i+1])
		}
	}
	return nil
}

// keys are the files in policy-keys.
func (d *decoder) keys(dir string, n *yaml.Node) []string {
	var out []string
	for _, item := range d.list(n, "policy-keys", "files") {
		if text, ok := d.text(item, "an item of policy-keys"); ok {
			out = append(out, absolute(dir, text))
		}
	}
	return out
}

// absolute is where a path leads from a folder; an address is as it is.
func absolute(dir, path string) string {
	if strings.Contains(path, "://") || filepath.IsAbs(path) {
		return path
	}
	return shorten(filepath.Join(dir, filepath.FromSlash(path)))
}

func (d *decoder) override(n *yaml.Node) layer {
	l := layer{files: []glob{}} // no files: for none
	before := len(d.problems)
	d.fields(n, "an override", d.overrideFields(&l), d.configFields(&Config{}, &l, nil))
	if len(l.files) == 0 && len(d.problems) == before {
		d.problem(n, `an override needs "files", a list of patterns`)
	}
	return l
}

// overrideFields are the keys of an entry of overrides.
func (d *decoder) overrideFields(l *layer) fields {
	f := d.layerFields(l)
	f["files"] = func(n *yaml.Node) { l.files = append(l.files, d.globs(n, "files")...) }
	return f
}

// layerFields are the keys that stand both at the top and in overrides.
func (d *decoder) layerFields(l *layer) fields {
	return fields{
		"select": func(n *yaml.Node) {
			if names := d.list(n, "select", "rule names"); names != nil {
				l.turnOn(d.rules(names, "select"))
			} else if n.Kind == yaml.SequenceNode {
				d.problem(n, "select names no rule; leave it out to run all")
			}
		},
		"ignore": func(n *yaml.Node) { l.ignored = d.rules(d.list(n, "ignore", "rule names"), "ignore") },
		"severity": func(n *yaml.Node) {
			for _, p := range d.pairs(n, "severity") {
				d.severity(l, p)
			}
			sortSeverities(l.severities)
		},
		"policies": func(n *yaml.Node) {
			for _, p := range d.pairs(n, "policies") {
				d.policy(l, p)
			}
		},
		"profile": func(n *yaml.Node) {
			name, ok := d.text(n, "profile")
			if !ok {
				return
			}
			var err error
			if l.profile, err = profile(d.cat, name); err != nil {
				d.problem(n, "profile: %v", err)
			}
		},
		"require-reason": func(n *yaml.Node) {
			if n = d.node(n); n.ShortTag() != "!!bool" {
				d.problem(n, "require-reason is true or false, not %s", describe(n))
				return
			}
			l.reasons = new(bool)
			*l.reasons = n.Value == "true" || n.Value == "True" || n.Value == "TRUE"
		},
		"target": func(n *yaml.Node) { l.target, _ = d.text(n, "target") },
		"build-args": func(n *yaml.Node) {
			l.buildArgs = map[string]string{}
			for _, p := range d.pairs(n, "build-args") {
				if isNull(p.value) {
					d.problem(p.value, "build-args: %s has no value; write \"\" for an empty one", p.key.Value)
				} else if text, ok := d.text(p.value, "build-args: "+p.key.Value); ok {
					l.buildArgs[p.key.Value] = text
				}
			}
		},
	}
}

func (d *decoder) severity(l *layer, p pair) {
	ids, scope, err := resolve(d.cat, p.key.Value)
	if err != nil {
		d.problem(p.key, "severity: %v", err)
	}
	text, ok := d.text(p.value, "severity: "+p.key.Value)
	if !ok {
		return
	}
	value, err := parseSeverity(text)
	if err != nil {
		d.problem(p.value, "severity: %v", err)
	}
	l.severities = append(l.severities, severity{ids, scope, value})
}

// rules resolves a list of names.
func (d *decoder) rules(names []*yaml.Node, key string) []string {
	var all []string
	for _, n := range names {
		name, ok := d.text(n, key)
		if !ok {
			continue
		}
		ids, scope, err := resolve(d.cat, name)
		if err != nil {
			d.problem(n, "%s: %v", key, err)
		}
		if key == "ignore" {
			ids = ignorable(ids, scope)
		}
		all = append(all, ids...)
	}
	return all
}

func (d *decoder) globs(n *yaml.Node, key string) []glob {
	var globs []glob
	for _, item := range d.list(n, key, "patterns") {
		text, ok := d.text(item, key)
		if !ok {
			continue
		}
		g, err := parseGlob(text)
		if err != nil {
			d.problem(item, "%s: %q: %v", key, text, err)
		}
		globs = append(globs, g)
	}
	return globs
}

// fields reads a map whose keys are known, some perhaps as those of the top of the file. A key without a
// value is as good as none: it is what is left when everything below it is commented out.
func (d *decoder) fields(n *yaml.Node, what string, known, top fields) {
	for _, p := range d.pairs(n, what) {
		key := p.key.Value
		switch read, ok := known[key]; {
		case ok && !isNull(p.value):
			read(p.value)
		case ok:
		case top[key] != nil:
			d.problem(p.key, "%q is for the top of the file, not for %s", key, what)
		default:
			d.problem(p.key, "unknown key %q%s", key, didYouMean(key, slices.Sorted(maps.Keys(known))))
		}
	}
}

type pair struct{ key, value *yaml.Node }

// pairs returns the entries of a map, each key once.
func (d *decoder) pairs(n *yaml.Node, what string) []pair {
	n = d.node(n)
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		d.problem(n, "%s is a map, not %s", what, describe(n))
		return nil
	}
	var pairs []pair
	seen := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := d.node(n.Content[i])
		first := seen[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode:
			d.problem(key, "a key is a string, not %s", describe(key))
		case key.ShortTag() == "!!merge":
			d.problem(key, "merge keys (<<) are not supported")
		case first != nil:
			d.problem(key, "%q is here twice; the first is at line %d", key.Value, first.Line)
		default:
			seen[key.Value] = key
			pairs = append(pairs, pair{key, d.node(n.Content[i+1])})
		}
	}
	return pairs
}

// list returns the items of a list.
func (d *decoder) list(n *yaml.Node, key, of string) []*yaml.Node {
	n = d.node(n)
	if n.Kind != yaml.SequenceNode {
		hint := ""
		if n.Kind == yaml.ScalarNode {
			hint = fmt.Sprintf("; write [%s]", n.Value)
		}
		d.problem(n, "%s is a list of %s, not %s%s", key, of, describe(n), hint)
		return nil
	}
	var items []*yaml.Node
	for _, item := range n.Content {
		items = append(items, d.node(item))
	}
	return items
}

// text returns a scalar as it is written, so that 1.20 stays "1.20".
func (d *decoder) text(n *yaml.Node, what string) (string, bool) {
	n = d.node(n)
	if n.Kind != yaml.ScalarNode || isNull(n) {
		d.problem(n, "%s is a string, not %s", what, describe(n))
		return "", false
	}
	return n.Value, true
}

// node follows an alias and counts.
func (d *decoder) node(n *yaml.Node) *yaml.Node {
	if d.budget--; d.budget == 0 {
		d.problem(n, "aliases make this file too large")
	}
	if d.budget <= 0 {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: n.Line, Column: n.Column}
	}
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// describe names the kind of a node.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return kindMap
	case yaml.SequenceNode:
		return kindList
	}
	switch n.ShortTag() {
	case "!!null":
		return kindNothing
	case "!!bool":
		return kindBool
	case "!!int", "!!float":
		return kindNumber
	}
	return kindString
}
