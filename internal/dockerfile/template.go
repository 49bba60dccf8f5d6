package dockerfile

import (
	"bytes"
	"strings"

	"github.com/plimline/plimline/internal/source"
)

// actions open and close the actions of the template engines met in public repositories.
var actions = [][2]string{{"{{", "}}"}, {"{%", "%}"}, {"{#", "#}"}, {"<%", "%>"}, {"@@", "@@"}, {"%%", "%%"}}

// template finds the first template action that stands where a Dockerfile has no room for one: at the start of an
// instruction, in FROM, or in an instruction that BuildKit refuses. In commands and values braces are text:
// `docker inspect --format '{{.Id}}'` makes no template.
func (f *File) template() (source.Span, bool) {
	for _, in := range f.Instructions {
		text := f.Source.Bytes[in.Span.Start:in.Span.End]
		line, _, _ := bytes.Cut(text, []byte("\n"))
		for _, a := range actions {
			at := bytes.Index(line, []byte(a[0]))
			if at < 0 {
				continue
			}
			inKeyword := at < len(in.Keyword.Text)
			inFrom := in.Name == "FROM"
			if !inKeyword && !inFrom && !(in.Problem != nil && a[0] != "@@" && a[0] != "%%") {
				continue
			}
			end := bytes.Index(line[at+2:], []byte(a[1]))
			if end < 0 {
				if !inKeyword && !inFrom {
					continue
				}
				end = len(line) - at - 4
			}
			span := source.Span{Start: in.Span.Start + at, End: in.Span.Start + at + 2 + max(end, 0) + 2}
			span.End = min(span.End, in.Span.Start+len(strings.TrimRight(string(line), "\r")))
			return span, true
		}
	}
	return source.Span{}, false
}
