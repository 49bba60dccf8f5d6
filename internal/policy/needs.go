package policy

import (
	"strings"

	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/finding"
)

// goBuild is what a rule needs that is about Go programs.
const goBuild = "go build"

// facts are what a document has, in the words of a rule's Needs.
type facts map[string]bool

func factsOf(d *document.Document) facts {
	f := facts{}
	for _, in := range d.Instructions {
		f[strings.ToUpper(in.Name)] = true
		for _, c := range in.Commands {
			f[c.Name] = true
			for _, w := range c.Wrappers {
				f[w[strings.LastIndexByte(w, '/')+1:]] = true
			}
		}
	}
	f[goBuild] = len(d.Builds) > 0
	return f
}

// may reports whether a rule may find something.
func (f facts) may(r finding.Rule) bool {
	for _, need := range r.Needs {
		if f[need] {
			return true
		}
		if prefix, ok := strings.CutSuffix(need, "*"); ok {
			for name := range f {
				if strings.HasPrefix(name, prefix) {
					return true
				}
			}
		}
	}
	return len(r.Needs) == 0
}
