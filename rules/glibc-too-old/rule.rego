# METADATA
# title: The final image's glibc is older than the builder's
# description: |
#   With cgo on, a program asks for the versions of the C library that the builder has. An image with an older one stops with
#   `version 'GLIBC_2.34' not found`. Build with `CGO_ENABLED=0`, or name the same Debian release in both images.
# custom:
#   severity: warning
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["glibc-too-old"]

import data.plimline.lib

findings contains finding if {
	some build in lib.shipped_builds
	build.cgo.state in {"1", "default-on"}
	build.evidence
	root := input.stages[input.stages[build.stage].root]
	have := lib.glibc(lib.final.base)
	from := lib.glibc(root.base)
	have < from
	asks_for_newer(build, have, from)
	not lib.loader_copied
	why := uses_libc(build)
	finding := lib.related(
		lib.at(lib.final.from, sprintf("glibc 2.%d here is older than the builder's 2.%d, which %s (%s) links to, so the program may not start", [have, from, why.path, why.file])),
		root.from,
		"the builder",
	)
}

uses_libc(build) := build.evidence.cgo

uses_libc(build) := build.evidence.net if {
	not build.evidence.cgo
	not lib.tagged(build, "netgo")
}

# C code may ask for anything that is new; the network and users ask for what moved into libc with 2.34.
asks_for_newer(build, _, _) if build.evidence.cgo

asks_for_newer(_, have, from) if {
	have < 34
	from >= 34
}
