# METADATA
# title: cgo is on, and the builder has no C compiler
# description: |
#   `golang:*-alpine` images have no C compiler. With `CGO_ENABLED=1` a program that uses the network, looks up users or has C code in it
#   does not build there: `cgo: C compiler "gcc" not found`. It is reported when the sources prove it.
#   Build with `CGO_ENABLED=0`, or add a compiler: `apk add --no-cache gcc musl-dev`.
# custom:
#   severity: error
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["compiler-missing"]

import data.plimline.lib

findings contains finding if {
	some build in input.builds
	build.final == "yes"
	not build.tool
	not build.conditional
	build.cgo.state == "1"
	builder := input.stages[build.stage]
	builder.base.compiler == "no"
	not may_have_compiler(builder)
	why := needs(build)
	finding := lib.related(
		lib.at({"span": build.go}, sprintf("%s (%s) needs a C compiler, which %s lacks, so the build stops", [why.path, why.file, builder.base.text])),
		build.cgo,
		build.cgo.decision,
	)
}

needs(build) := build.evidence.cgo

needs(build) := build.evidence.net if {
	not build.evidence.cgo
	not tagged(build)
}

needs(build) := build.evidence.user if {
	not build.evidence.cgo
	not build.evidence.net
	not tagged(build)
}

# netgo and osusergo leave the C parts out.
tagged(build) if {
	some flag in build.flags
	flag.name == "tags"
	regex.match(`netgo|osusergo`, flag.value)
}

# Something is installed or copied that may be a compiler.
may_have_compiler(stage) if lib.run_in(stage.chain, `gcc|g\+\+|clang|build-base|alpine-sdk|tcc|zig|base-devel`)

may_have_compiler(stage) if {
	some copy in input.copies
	copy.into in stage.chain
	copy.kind != "main"
}

may_have_compiler(stage) if {
	some index in stage.chain
	some variable in input.stages[index].env
	variable.name == "CC"
}
