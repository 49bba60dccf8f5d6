package graph

import (
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"
)

// Measures of the drawing, in pixels.
const (
	lineHeight = 18
	charWidth  = 7.3 // of the monospace font at 12 px, and a little
	padding    = 12
	gap        = 28
	lane       = 26 // between the lines at the side
	margin     = 20
	widest     = 80 // columns of text; longer ones are continued in the next line
)

// svg draws the stages below each other, with lines at the left from what gives to what takes. It needs no font, script or
// style sheet but its own, and follows the reader's light or dark scheme.
func (g *Graph) svg() string {
	// The package's own functions ask the locale, which would draw another picture on another machine.
	columns := runewidth.Condition{StrictEmojiNeutral: true}
	left := margin + lane*float64(len(g.edges)+1)
	type box struct{ y, height float64 }
	boxes := make([]box, len(g.nodes))
	width, y := 0.0, float64(margin)
	for i, n := range g.nodes {
		most := columns.StringWidth(n.title + n.mark())
		lines := g.content(i, columns)
		for _, line := range lines {
			most = max(most, columns.StringWidth(line.text))
		}
		width = max(width, float64(most)*charWidth+2*padding)
		height := float64(1+len(lines))*lineHeight + padding
		boxes[i] = box{y, height}
		y += height + gap
	}
	var b strings.Builder
	total, bottom := left+width+margin, y-gap+margin
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" font-family="ui-monospace,monospace" font-size="12" role="img" aria-label="Stages of the Dockerfile">
<style>
.box{fill:#fff;stroke:#57606a}.final{stroke-width:2.5;stroke:#0969da}.unused{stroke-dasharray:5 4}.image{fill:#f6f8fa}
text{fill:#24292f}.title{font-weight:bold}.finding{fill:#9a4a00}.line{fill:none;stroke:#57606a}.label{fill:#57606a;font-size:11px}.head{fill:#57606a}
@media(prefers-color-scheme:dark){svg{background:#0d1117}.box{fill:#161b22;stroke:#8b949e}.final{stroke:#58a6ff}.image{fill:#21262d}text{fill:#e6edf3}.finding{fill:#f0a050}.line{stroke:#8b949e}.label{fill:#8b949e}.head{fill:#8b949e}}
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>
`, total, bottom, total, bottom)
	taken := make([]int, len(g.nodes)) // arrows that end at a box, to set them apart
	for i, e := range g.edges {
		x := left - lane*float64(i+1)
		from := boxes[e.from].y + boxes[e.from].height - padding
		to := boxes[e.to].y + lineHeight*(0.6+0.8*float64(taken[e.to]))
		taken[e.to]++
		to = min(to, boxes[e.to].y+boxes[e.to].height-4)
		dash := ""
		switch e.kind {
		case "mount":
			dash = ` stroke-dasharray="4 3"`
		case "from":
			dash = ` stroke-width="2.5"`
		}
		fmt.Fprintf(&b, `<path class="line"%s d="M%.1f %.1fH%.1fV%.1fH%.1f" marker-end="url(#head)"><title>%s</title></path>`+"\n",
			dash, left, from, x, to, left-1, escape(strings.TrimSpace(g.nodes[e.from].title+" to "+g.nodes[e.to].title+": "+e.kind+" "+e.label)))
	}
	for i, n := range g.nodes {
		at := boxes[i]
		class := "box"
		switch {
		case n.final:
			class += " final"
		case n.image:
			class += " image"
		case !n.needed:
			class += " unused"
		}
		fmt.Fprintf(&b, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="6"/>`+"\n", class, left, at.y, width, at.height)
		y := at.y + lineHeight
		text := func(class, s string) {
			fmt.Fprintf(&b, `<text class="%s" x="%.1f" y="%.1f" xml:space="preserve">%s</text>`+"\n", class, left+padding, y, escape(s))
			y += lineHeight
		}
		text("title", n.title+n.mark())
		for _, line := range g.content(i, columns) {
			text(line.class, line.text)
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// content is what stands in a box below its title.
func (g *Graph) content(i int, columns runewidth.Condition) []textLine {
	n := g.nodes[i]
	var out []textLine
	add := func(class, text string) {
		for _, line := range wrap(text, columns) {
			out = append(out, textLine{class, line})
		}
	}
	for _, line := range n.lines() {
		add("", line)
	}
	for _, e := range g.edges {
		if e.to == i && e.kind != "from" {
			add("label", "← "+g.nodes[e.from].title+": "+e.kind+" "+e.label)
		}
	}
	for _, f := range n.findings {
		add("finding", "! "+f)
	}
	return out
}

// wrap breaks a text at spaces, and within words that are too long for a line.
func wrap(text string, columns runewidth.Condition) []string {
	var out []string
	for {
		fits := fitting(text, columns)
		if fits == len(text) {
			return append(out, text)
		}
		head := text[:fits]
		if space := strings.LastIndexByte(head, ' '); space > widest/2 {
			head = head[:space]
		}
		out = append(out, head)
		text = "  " + strings.TrimLeft(text[len(head):], " ")
	}
}

// fitting is how many bytes of a text fit into a line.
func fitting(text string, columns runewidth.Condition) int {
	width := 0
	for i, r := range text {
		if width += columns.RuneWidth(r); width > widest {
			return i
		}
	}
	return len(text)
}

type textLine struct{ class, text string }

func escape(s string) string {
	var b strings.Builder
	// The writer never fails.
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}
