package document_test

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plimline/plimline/internal/document"
)

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
