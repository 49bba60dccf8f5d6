// Package policies holds plimline's built-in policies, like the rules beside them but with parameters,
// the library of helpers for authors, and the schema of the input document.
package policies

import "embed"

// FS has each policy's Rego, parameters and page under its id, lib/*.rego, profiles/*.yaml and input.schema.json.
//
//go:embed */rule.rego */data.yaml */README.md lib/*.rego profiles/*.yaml input.schema.json
var FS embed.FS
