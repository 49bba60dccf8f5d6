# METADATA
# title: FROM names no image
# description: |
#   What FROM names must be a reference that a registry can have: lower-case words, with `/` between them, then `:` and a tag, or `@` and a digest. With
#   `FROM Alpine:3.22` or `FROM https://ghcr.io/org/app` the build stops before its first step, also when the stage is not needed.
# related_resources:
#   - https://pkg.go.dev/github.com/distribution/reference
# custom:
#   severity: error
#   category: correctness
#   since: 0.1.0
package plimline.rules["invalid-image-name"]

import data.plimline.lib

findings contains finding if {
	some stage in input.stages
	stage.from.kind == "image"
	stage.from.vars == []
	image := stage.from.image
	not placeholder(image.text)
	finding := mended(lib.at(stage.from, sprintf("%s %s, so the build stops", [image.text, wrong[image.invalid]])), stage.from)
}

# What something else puts a name in place of, before the build: BASE_IMAGE, @BASE@, <image>.
placeholder(text) if regex.match(`^([A-Z0-9_-]+|[^A-Za-z0-9].*)$`, text)

wrong := {
	"case": "has upper-case letters, which no repository may have",
	"scheme": "is an address, not an image reference",
	"form": "is not an image reference",
}

mended(finding, from) := lib.fixed(finding, "Write it in lower case", [lib.edit(from.span, replace(from.text, from.image.familiar, lower(from.image.familiar)))]) if {
	from.image.invalid == "case"
	contains(from.text, from.image.familiar)
	from.text == from.image.text
} else := finding
