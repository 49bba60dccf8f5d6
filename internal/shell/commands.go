package shell

import (
	"errors"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Commands are the words of all simple commands in a text, as written but for blanks between them, which is what Trivy's sh.parse_commands
// gives.
func Commands(text string) ([][]string, error) {
	if len(text) > maxOpens && opens(text) > maxOpens {
		return nil, errors.New("too long and too deeply nested to read")
	}
	file, err := read(text, syntax.LangBash)
	if err != nil {
		return nil, err
	}
	printer := syntax.NewPrinter()
	var out [][]string
	syntax.Walk(file, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok {
			return true
		}
		var words []string
		for _, w := range call.Args {
			var b strings.Builder
			if failed := printer.Print(&b, w); failed != nil {
				err = failed
			}
			words = append(words, b.String())
		}
		if words != nil {
			out = append(out, words)
		}
		return true
	})
	return out, err
}
