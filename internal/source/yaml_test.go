package source_test

import (
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/plimline/plimline/internal/source"
)

func TestYAMLProblem(t *testing.T) {
	for text, want := range map[string]int{
		"a: {b: 1\nc: d\n":         2,
		"a:\n  b: {c: 1\n  d: x\n": 2,
		"x: 1\na:\n  - b\n c: d\n": 4,
		"a:\n\tb: c\n":             2,
		"a:\n  b: c: d\n":          2,
		"a: \"x\n":                 2,
		"a: *nope\n":               1,
		"a: b\n\nc: [\n":           4,
		"{{- if x }}\na: b\n":      1,
		"a: b\n%x: y\n":            2,
	} {
		var n yaml.Node
		err := yaml.Unmarshal([]byte(text), &n)
		if err == nil {
			t.Errorf("%q is no error", text)
			continue
		}
		if line, cause := source.YAMLProblem(err); line != want {
			t.Errorf("%q: line %d, want %d: %s (%v)", text, line, want, cause, err)
		}
	}
}
