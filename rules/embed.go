// Package rules holds plimline's built-in rules: one folder each, with its Rego, its examples and its page.
package rules

import "embed"

// FS has each rule's Rego and page, under the rule's id.
//
//go:embed */rule.rego */README.md
var FS embed.FS
