package main

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/plimline/plimline/internal/dockerfile"
	"github.com/plimline/plimline/internal/finding"
	"github.com/plimline/plimline/internal/source"
)

// render makes a page of its Markdown.
func (s *site) render(p *page) error {
	content, err := fs.ReadFile(s.repo, p.Source)
	if err != nil {
		return err
	}
	blocks := &codeBlocks{page: p, root: strings.Repeat("../", strings.Count(p.Path, "/"))}
	md := goldmark.New(
		goldmark.WithExtensions(extension.GFM),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		// The repository's own HTML: anchors.
		goldmark.WithRendererOptions(html.WithUnsafe(), renderer.WithNodeRenderers(util.Prioritized(blocks, 0))),
	)
	ids := anchors{}
	for _, m := range ownID.FindAllSubmatch(content, -1) {
		ids.Put(m[1])
	}
	doc := md.Parser().Parse(text.NewReader(content), parser.WithContext(parser.NewContext(parser.WithIDs(ids))))
	s.head(p, doc, content)
	var broken error
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch x := n.(type) {
		case *ast.Link:
			if entering {
				to, err := s.link(p, string(x.Destination))
				if err != nil && broken == nil {
					broken = err
				}
				x.Destination = []byte(to)
			}
		case *ast.Heading:
			if entering && x.Level <= 3 && p.Rule == nil {
				id, _ := x.AttributeString("id")
				p.Outline = append(p.Outline, heading{string(id.([]byte)), plainText(x, content), x.Level})
			}
		}
		return ast.WalkContinue, nil
	})
	if broken != nil {
		return broken
	}
	p.sections(doc, content)
	var b bytes.Buffer
	if err := md.Renderer().Render(&b, content, doc); err != nil {
		return err
	}
	p.Body = template.HTML(b.String())
	return nil
}

// head takes off what the site shows in another way: the title, and the facts of a rule.
func (s *site) head(p *page, doc ast.Node, content []byte) {
	for n := doc.FirstChild(); n != nil; {
		next := n.NextSibling()
		h, isHeading := n.(*ast.Heading)
		if isHeading && h.Level == 1 && p.Rule == nil {
			p.Title = plainText(h, content)
		}
		done := isHeading && p.Rule == nil
		if p.Rule != nil {
			// Comment, heading, title, facts.
			done = n.Kind() == ast.KindParagraph && strings.HasPrefix(plainText(n, content), string(p.Rule.Kind)+" · ")
		}
		doc.RemoveChild(doc, n)
		if done {
			break
		}
		n = next
	}
	if p.Rule != nil {
		p.Rule.Fix = "no"
		for _, kind := range [][2]string{{"unsafe", "`plimline fix --unsafe-fixes` makes of it:"}, {"safe", "`plimline fix` makes of it:"}} {
			if bytes.Contains(content, []byte(kind[1])) {
				p.Rule.Fix = kind[0]
			}
		}
	}
}

// sections makes the page's entries for the search, one for each heading.
func (p *page) sections(doc ast.Node, content []byte) {
	p.entries = []entry{{Path: p.Path, Title: p.Title, Kind: "page"}}
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && h.Level <= 3 {
			id, _ := h.AttributeString("id")
			p.entries = append(p.entries, entry{Path: p.Path + "#" + string(id.([]byte)), Title: plainText(h, content), Kind: p.Title})
			continue
		}
		last := &p.entries[len(p.entries)-1]
		last.Text = strings.TrimSpace(last.Text + " " + plainText(n, content))
	}
}

// plainText is the text of a node, code included, in one line.
func plainText(n ast.Node, content []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			if n.Type() == ast.TypeBlock {
				b.WriteByte(' ')
			}
			return ast.WalkContinue, nil
		}
		switch x := n.(type) {
		case *ast.Text:
			b.Write(x.Segment.Value(content))
			if x.SoftLineBreak() || x.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(x.Value)
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			b.Write(n.Lines().Value(content))
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(b.String()), " ")
}

var ownID = regexp.MustCompile(`<a id="([^"]*)">`)

// anchors names headings as GitHub does, so that a link is good there and here.
type anchors map[string]int

func (a anchors) Generate(value []byte, _ ast.NodeKind) []byte {
	id := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(string(value)))
	n := a[id]
	a[id]++
	if n > 0 {
		id = fmt.Sprintf("%s-%d", id, n)
	}
	return []byte(id)
}

func (a anchors) Put(value []byte) { a[string(value)]++ }

// codeBlocks shows code: coloured, and with a link to the playground where that takes it.
type codeBlocks struct {
	page *page
	root string
}

func (c *codeBlocks) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, c.render)
}

func (c *codeBlocks) render(w util.BufWriter, content []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	language := string(n.(*ast.FencedCodeBlock).Language(content))
	code := string(n.Lines().Value(content))
	try := map[string]string{}
	switch {
	case language == "dockerfile" && strings.Contains(code, "FROM "):
		try["dockerfile"] = code
		if c.page.Rule != nil && c.page.Rule.Set != finding.SetDefault {
			try["rules"] = c.page.Rule.Set.String()
		}
	case language == "rego" && strings.Contains(code, "package plimline.policies"):
		try["policy"] = code
	}
	fmt.Fprintf(w, "<div class=\"code\"><pre tabindex=\"0\"><code class=\"language-%s\">%s</code></pre>", template.HTMLEscapeString(language), highlight(language, code))
	if len(try) > 0 {
		fmt.Fprintf(w, "<a class=\"try\" href=\"%splayground.html%s\">Open in the playground</a>", c.root, permalink(try))
	}
	fmt.Fprint(w, "</div>\n")
	return ast.WalkContinue, nil
}

// words has for each language what is shown as a comment, a string or a keyword: groups 1, 2 and 3.
func words(language string) *regexp.Regexp {
	const comment, quoted = `(?m)((?:^|\s)#.*$)`, `|("(?:[^"\\\n]|\\.)*")`
	switch language {
	case "yaml", "toml":
		return regexp.MustCompile(comment + quoted + `|(^[ \t-]*[\w.-]+:)`)
	case "rego":
		return regexp.MustCompile(comment + quoted + `|\b(package|import|if|in|some|every|not|contains|default|else|as|with)\b`)
	case "sh", "console":
		return regexp.MustCompile(comment + `|(\x00)|(^\$ |^plimline\b)`)
	case "go":
		return regexp.MustCompile(`(?m)(//.*$)` + quoted + `|\b(package|import|func|return|if|for|var|const|type|defer|go)\b`)
	case "json":
		return regexp.MustCompile(`(\x00)` + quoted + `|\b(true|false|null)\b`)
	}
	return nil
}

// highlight colours code. A Dockerfile is read as plimline reads it.
func highlight(language, code string) string {
	type piece struct {
		source.Span
		class string
	}
	var pieces []piece
	if language == "dockerfile" {
		file := dockerfile.Parse(source.NewFile("Dockerfile", []byte(code)))
		for _, d := range file.Directives {
			pieces = append(pieces, piece{d.Span, "c"})
		}
		for _, c := range file.Comments {
			pieces = append(pieces, piece{c.Span, "c"})
		}
		for _, in := range file.Instructions {
			pieces = append(pieces, piece{in.Keyword.Span, "k"})
		}
	} else if re := words(language); re != nil {
		for _, m := range re.FindAllStringSubmatchIndex(code, -1) {
			for i, class := range []string{"c", "s", "k"} {
				if at := m[2*i+2 : 2*i+4]; at[0] >= 0 {
					pieces = append(pieces, piece{source.Span{Start: at[0], End: at[1]}, class})
				}
			}
		}
	}
	slices.SortFunc(pieces, func(a, b piece) int { return a.Span.Compare(b.Span) })
	var b strings.Builder
	at := 0
	for _, p := range pieces {
		if p.Start < at || p.Len() == 0 {
			continue
		}
		fmt.Fprintf(&b, `%s<span class="%s">%s</span>`, template.HTMLEscapeString(code[at:p.Start]), p.class, template.HTMLEscapeString(code[p.Start:p.End]))
		at = p.End
	}
	return b.String() + template.HTMLEscapeString(code[at:])
}
