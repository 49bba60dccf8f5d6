package report_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/xeipuuv/gojsonschema"

	"github.com/plimline/plimline/internal/report"
)

// TestJSONSchema: the JSON reports fit the schema that documents them, and everything it names is in them.
func TestJSONSchema(t *testing.T) {
	text, err := os.ReadFile("../../plimline-report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	of := func(definition string) map[string]any {
		return map[string]any{"$schema": schema["$schema"], "definitions": schema["definitions"], "allOf": []any{map[string]any{"$ref": "#/definitions/" + definition}}}
	}
	r := run(t)
	r.ShowUnknown = true
	full, lines := write(t, "json", r, report.Options{}), write(t, "jsonl", r, report.Options{})
	fits(t, schema, full)
	fits(t, schema, write(t, "json", &report.Run{Version: "1.0.0"}, report.Options{}))
	for text := range strings.Lines(lines) {
		fits(t, of("line"), text)
	}
	statistics := write(t, "json", r, report.Options{Statistics: true})
	fits(t, of("statistics"), statistics)
	names(schema, func(name string) {
		if !strings.Contains(full+lines+statistics, `"`+name+`":`) {
			t.Errorf("the schema has a property %q, and no report", name)
		}
	})
}

func fits(t *testing.T, schema map[string]any, text string) {
	t.Helper()
	result, err := gojsonschema.Validate(gojsonschema.NewGoLoader(schema), gojsonschema.NewStringLoader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range result.Errors() {
		t.Errorf("%s\n%s", e, text)
	}
}

// names calls f with the name of every property in a schema.
func names(schema any, f func(string)) {
	switch x := schema.(type) {
	case map[string]any:
		properties, _ := x["properties"].(map[string]any)
		for name := range properties {
			f(name)
		}
		for _, v := range x {
			names(v, f)
		}
	case []any:
		for _, v := range x {
			names(v, f)
		}
	}
}
