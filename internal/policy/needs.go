package policy

import (
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/plimline/plimline/internal/document"
	"github.com/plimline/plimline/internal/finding"
)

// What a rule needs that is about Go programs, and about images with Go in them.
const (
	goBuild   = "go build"
	goInFinal = "go in final"
)

// facts are what a document has, in the words of a rule's Needs.
type facts map[string]bool

func factsOf(d *document.Document) facts {
	f := facts{}
	for _, in := range d.Instructions {
		f[strings.ToUpper(in.Name)] = true
		for _, c := range in.Commands {
			f[c.Name] = true
			for _, w := range c.Wrappers {
				f[path.Base(w.Value)] = true
			}
		}
	}
	f[goBuild] = len(d.Builds) > 0
	f[goInFinal] = inFinal(d)
	return f
}

// inFinal reports whether the final stage may have Go in it.
func inFinal(d *document.Document) bool {
	if d.Final == nil {
		return false
	}
	final := d.Stages[*d.Final]
	return final.Toolchain != nil || final.Base.Class == "toolchain" || slices.ContainsFunc(d.Builds, func(b *document.Build) bool { return slices.Contains(final.Chain, b.Stage) })
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

// configured reports whether a policy has one of the parameters without which it finds nothing.
func configured(r finding.Rule, parameters map[string]any) bool {
	return len(r.NeedsParameters) == 0 || slices.ContainsFunc(r.NeedsParameters, func(name string) bool { return given(parameters[name]) })
}

// given reports whether a parameter's value asks for anything.
func given(value any) bool {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Invalid:
		return false
	case reflect.Slice, reflect.Map:
		return v.Len() > 0
	}
	return !v.IsZero()
}
