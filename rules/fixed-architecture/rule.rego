# METADATA
# title: GOARCH is fixed
# description: |
#   The program is for this architecture whatever platform the image is built for, and stops with `exec format error` on another.
#   Use `ARG TARGETARCH` and `GOARCH=$TARGETARCH`.
# custom:
#   severity: note
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["fixed-architecture"]

import data.plimline.lib

findings contains lib.at(assign, message) if {
	some build in input.builds
	build.final == "yes"
	not build.tool
	some command in input.commands
	command.span == build.span
	some assign in command.assigns
	assign.name == "GOARCH"
	assign.value.literal
	assign.value.value != ""
	not platform_is_fixed
	message := sprintf("the program is for %s, whatever platform the image is built for", [assign.value.value])
}

# The image itself is for one platform only.
platform_is_fixed if input.stages[lib.final.root].from.platform

platform_is_fixed if regex.match(`(amd64|arm64|x86_64|aarch64|arm32|i386|s390x|ppc64le)`, concat(" ", [lib.final.base.text, lib.final.name]))
