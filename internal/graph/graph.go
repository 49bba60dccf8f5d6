// Package graph draws the stages of a Dockerfile: what they build on, what they copy from each other, the programs
// they build, and the findings in them.
package graph

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/finding"
)

// Graph is a drawing before it has a form.
type Graph struct {
	nodes []node
	edges []edge
}

// node is a stage, or an image that something is copied from.
type node struct {
	title    string
	base     string   // what it is FROM, "" for an image
	programs []string // what is built in it
	entry    string   // what a container runs
	findings []string
	final    bool
	needed   bool
	image    bool
}

// edge leads from what gives to what takes.
type edge struct {
	from, to int
	kind     string // "from", "copy" or "mount"
	label    string
}

// New makes the graph of a document and the findings for it; those that are suppressed or unknown are left out.
func New(d *document.Document, found []finding.Finding) *Graph {
	g := &Graph{}
	for _, s := range d.Stages {
		n := node{title: s.Name, final: s.Final, needed: s.Needed}
		if s.From != nil {
			n.base = s.From.Value
		}
		if s.Entry != nil {
			n.entry = s.Entry.Path
		}
		for _, b := range d.Builds {
			if b.Stage == s.Index {
				n.programs = append(n.programs, program(b))
			}
		}
		for _, f := range found {
			if f.Suppressed == nil && !f.Unknown && f.Span.Start >= s.Span[0] && f.Span.Start < max(s.Span[1], s.Span[0]+1) {
				n.findings = append(n.findings, fmt.Sprintf("%s: %s [%s]", f.Severity, f.Message, f.Rule))
			}
		}
		g.nodes = append(g.nodes, n)
	}
	for _, s := range d.Stages {
		if s.Parent != nil {
			g.edges = append(g.edges, edge{*s.Parent, s.Index, "from", ""})
		}
	}
	for _, c := range d.Copies {
		if c.Stage == nil && c.Image == nil {
			continue
		}
		e := edge{to: c.Into, kind: "copy", label: label(c)}
		if c.Mount {
			e.kind = "mount"
		}
		if c.Stage != nil {
			e.from = *c.Stage
		} else {
			e.from = g.image(c.Image.Text)
		}
		g.edges = append(g.edges, e)
	}
	return g
}

// image is the node of an image, made when it is first copied from.
func (g *Graph) image(name string) int {
	if i := slices.IndexFunc(g.nodes, func(n node) bool { return n.image && n.title == name }); i >= 0 {
		return i
	}
	g.nodes = append(g.nodes, node{title: name, image: true, needed: true})
	return len(g.nodes) - 1
}

func program(b *document.Build) string {
	what := "go " + b.Kind + " " + strings.Join(b.Packages, " ")
	if len(b.Outputs) > 0 {
		what += " -> " + strings.Join(b.Outputs, ", ")
	}
	return fmt.Sprintf("%s (cgo %s)", strings.ReplaceAll(what, "  ", " "), b.Cgo.State)
}

func label(c *document.Copy) string {
	var sources []string
	for _, p := range c.Sources {
		sources = append(sources, p.Value)
	}
	out := strings.Join(sources, " ")
	if c.Dest != nil && c.Dest.Value != "" {
		out += " to " + c.Dest.Value
	}
	return out
}

// Formats lists what Write takes.
func Formats() []string { return []string{"text", "mermaid", "dot", "svg"} }

// Write draws the graph.
func (g *Graph) Write(w io.Writer, format string) error {
	var text string
	switch format {
	case "text":
		text = g.text()
	case "mermaid":
		text = g.mermaid()
	case "dot":
		text = g.dot()
	case "svg":
		text = g.svg()
	default:
		return fmt.Errorf("--format %q: use one of %s", format, strings.Join(Formats(), ", "))
	}
	_, err := io.WriteString(w, text)
	return err
}

// lines are what stands in a node's box below its title.
func (n node) lines() []string {
	var out []string
	if n.base != "" {
		out = append(out, "FROM "+n.base)
	}
	out = append(out, n.programs...)
	if n.entry != "" {
		out = append(out, "runs "+n.entry)
	}
	return out
}

func (n node) mark() string {
	switch {
	case n.final:
		return " (final)"
	case n.image:
		return " (image)"
	case !n.needed:
		return " (not built)"
	}
	return ""
}

func (g *Graph) text() string {
	var b strings.Builder
	for i, n := range g.nodes {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s%s\n", n.title, n.mark())
		for _, line := range n.lines() {
			fmt.Fprintf(&b, "  %s\n", line)
		}
		for _, e := range g.edges {
			if e.to == i {
				fmt.Fprintf(&b, "  <- %s %s\n", g.nodes[e.from].title, strings.TrimSpace(e.kind+" "+e.label))
			}
		}
		for _, f := range n.findings {
			fmt.Fprintf(&b, "  ! %s\n", f)
		}
	}
	return b.String()
}

func (g *Graph) mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	// Mermaid reads quotes and hashes in labels as its own; entities are safe.
	safe := strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;")
	for i, n := range g.nodes {
		text := "<b>" + safe.Replace(n.title+n.mark()) + "</b>"
		for _, line := range n.lines() {
			text += "<br/>" + safe.Replace(line)
		}
		for _, f := range n.findings {
			text += "<br/>⚠ " + safe.Replace(f)
		}
		fmt.Fprintf(&b, "  s%d[\"%s\"]\n", i, text)
	}
	for _, e := range g.edges {
		arrow := "-->"
		if e.kind == "from" {
			arrow = "==>"
		} else if e.kind == "mount" {
			arrow = "-.->"
		}
		if e.label == "" {
			fmt.Fprintf(&b, "  s%d %s s%d\n", e.from, arrow, e.to)
		} else {
			fmt.Fprintf(&b, "  s%d %s|\"%s\"| s%d\n", e.from, arrow, safe.Replace(e.label), e.to)
		}
	}
	return b.String()
}

func (g *Graph) dot() string {
	var b strings.Builder
	b.WriteString("digraph stages {\n  node [shape=box, fontname=\"sans-serif\"];\n")
	safe := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	for i, n := range g.nodes {
		lines := append([]string{n.title + n.mark()}, n.lines()...)
		for _, f := range n.findings {
			lines = append(lines, "! "+f)
		}
		style := ""
		if n.final {
			style = ", penwidth=2"
		} else if !n.needed {
			style = ", style=dashed"
		}
		fmt.Fprintf(&b, "  s%d [label=\"%s\\l\"%s];\n", i, strings.ReplaceAll(safe.Replace(strings.Join(lines, "\n")), `\n`, `\l`), style)
	}
	for _, e := range g.edges {
		style := ""
		if e.kind == "from" {
			style = ", style=bold"
		} else if e.kind == "mount" {
			style = ", style=dashed"
		}
		fmt.Fprintf(&b, "  s%d -> s%d [label=\"%s\"%s];\n", e.from, e.to, safe.Replace(e.label), style)
	}
	b.WriteString("}\n")
	return b.String()
}
