package document_test

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/document"
)

// TestDescribed: every field says what it is, and those that may be left out say when.
func TestDescribed(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(at reflect.Type) {
		switch at.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			walk(at.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		if seen[at] {
			return
		}
		seen[at] = true
		for _, f := range document.Fields(at) {
			if f.Doc == "" {
				t.Errorf("%s: %s has no doc", at.Name(), f.Name)
			}
			if (f.Absent != "") != f.OmitEmpty {
				t.Errorf("%s: %s is left out: %v; absent: %q", at.Name(), f.Name, f.OmitEmpty, f.Absent)
			}
			walk(at.Field(f.Index).Type)
		}
	}
	walk(reflect.TypeFor[document.Document]())
	if len(seen) < 20 {
		t.Errorf("%d kinds of objects", len(seen))
	}
}

var update = flag.Bool("update", false, "rewrite policies/input.schema.json")

// TestSchema keeps the schema that rule authors see equal to what the structs say.
func TestSchema(t *testing.T) {
	const name = "../../policies/input.schema.json"
	got := document.Schema()
	if !json.Valid(got) {
		t.Fatal("the schema is no JSON")
	}
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is out of date; go test ./internal/document -update\n%s", name, diff)
	}
}
