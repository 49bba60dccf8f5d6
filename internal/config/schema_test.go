package config

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xeipuuv/gojsonschema"
	"go.yaml.in/yaml/v3"
)

type schema struct {
	Properties map[string]struct {
		Items struct {
			Properties map[string]any
		}
	}
}

// TestSchemaKeys compares the keys of the JSON schema with those that are read.
func TestSchemaKeys(t *testing.T) {
	text, err := os.ReadFile("../../plimline.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	d, l := &decoder{}, &layer{}
	want := slices.Sorted(maps.Keys(d.configFields(&Config{}, l, nil)))
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(s.Properties))); diff != "" {
		t.Errorf("top (-read +schema):\n%s", diff)
	}
	want = slices.Sorted(maps.Keys(d.overrideFields(l)))
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(s.Properties["overrides"].Items.Properties))); diff != "" {
		t.Errorf("overrides (-read +schema):\n%s", diff)
	}
}

// TestSchemaExamples checks that the schema and Parse agree on what is valid. The schema knows
// no rules and no patterns, so some mistakes are Parse's alone to find.
func TestSchemaExamples(t *testing.T) {
	text, err := os.ReadFile("../../plimline.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	s, err := gojsonschema.NewSchema(gojsonschema.NewBytesLoader(text))
	if err != nil {
		t.Fatal(err)
	}
	good := []string{
		Starter(catalog()), uncomment(Starter(catalog())),
		"ignore:\nselect:\nseverity:\npolicies:\n  minimal-final-base:\noverrides:\nexclude:\ntarget:\nbuild-args:\n",
		"fail-on: never\nselect: [all]\nseverity: {DL3002: off, all: info}\ntarget: 0\nbuild-args: {A: 1.20, B: true, C: ''}",
		"overrides:\n- files: [a, 'b/**']\n  ignore: [rules]\n  target: x\n  policies: {minimal-final-base: {allow: [x]}}\n",
	}
	good = append(good, "policies: [a, 'oci://b/c:1', {minimal-final-base: {allow: [x]}}]\n")
	bad := []string{
		"fail-on: off", "fail-on: [note]", "ignroe: []", "ignore: DL3002", "select: []", "severity: {root-user: bad}", "severity: []",
		"exclude: ['!a']", "exclude: a", "target: [a]", "build-args: {A: [b]}", "build-args: {A: ~}", "policies: [[a]]", "policies: a",
		"policies: {minimal-final-base: [a]}", "overrides: {}", "overrides: [{ignore: [all]}]", "overrides: [{files: []}]",
		"overrides: [{files: [a], fail-on: note}]", "overrides: [a]", "ignore: [[a]]", "[]", "a",
	}
	for i, text := range slices.Concat(good, bad) {
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		result, err := s.Validate(gojsonschema.NewGoLoader(value))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if want := i < len(good); result.Valid() != want {
			t.Errorf("the schema finds valid: %t; %s\n%v", !want, text, result.Errors())
		}
		if _, err := parse(t, text); (err == nil) != (i < len(good)) {
			t.Errorf("Parse: error %v; %s", err, text)
		}
	}
}

// uncomment puts the examples of the starter file to use.
func uncomment(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if example, ok := strings.CutPrefix(line, "#"); ok && (strings.HasPrefix(example, "  ") || !strings.HasPrefix(example, " ")) {
			line = example
		}
		b.WriteString(line)
	}
	return b.String()
}

func TestStarter(t *testing.T) {
	c, err := parse(t, Starter(catalog()))
	if err != nil {
		t.Fatal(err)
	}
	want, got := Default(catalog()).For("Dockerfile"), c.For("Dockerfile")
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Settings{})); diff != "" {
		t.Errorf("(-default +starter):\n%s", diff)
	}
	c, err = parse(t, uncomment(Starter(catalog())))
	if err != nil {
		t.Fatal(err)
	}
	got = c.For("Dockerfile")
	if got.ParametersKey != want.ParametersKey || got.Target != "production" || got.Active("builder-stage") {
		t.Errorf("the examples do not work: %+v", got)
	}
}
