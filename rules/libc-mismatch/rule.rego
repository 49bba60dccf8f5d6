# METADATA
# title: The program needs a C library that the final image lacks
# description: |
#   With cgo on, a Go program that uses the network, looks up users or has C code in it is linked to the builder's C library
#   and names its loader. An image with another C library or none stops with `exec /app: no such file or directory`,
#   although the file is there. It is reported when the sources prove it.
#   Build with `CGO_ENABLED=0`, or, where C code is needed, use a final image with the builder's C library.
# custom:
#   severity: error
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["libc-mismatch"]

import data.plimline.lib

findings contains finding if {
	some build in input.builds
	build.final == "yes"
	not build.tool
	not build.conditional
	build.cgo.state in {"1", "default-on"}
	not other_kind(build)
	builder := input.stages[build.stage].base
	lacking[builder.libc]
	build.compiler == "yes"
	not brings_loader
	not linked_statically(build)
	why := needs(build)
	finding := lib.related(
		lib.at(
			{"span": build.go},
			sprintf("%s (%s) makes this program need the %s loader, which %s lacks, so it does not start", [why.path, why.file, builder.libc, lib.final.base.text]),
		),
		lib.final.from,
		"the image without the loader",
	)
}

# No Linux program.
other_kind(build) if build.exempt in {"c-shared", "c-archive", "shared", "plugin", "windows", "darwin", "js", "wasip1"}

# What makes the program dynamic, unless a tag takes its C part out.
needs(build) := build.evidence.cgo

needs(build) := build.evidence.net if {
	not build.evidence.cgo
	not lib.tagged(build, "netgo")
}

needs(build) := build.evidence.user if {
	not build.evidence.cgo
	not lib.tagged(build, "osusergo")
	not uses_net(build)
}

uses_net(build) if {
	build.evidence.net
	not lib.tagged(build, "netgo")
}

# -static works with the external linker only: asked for, or needed for C code.
linked_statically(build) if {
	some flag in build.flags
	flag.name == "ldflags"
	contains(flag.value, "-static")
	regex.match(`-linkmode[= ]\'?"?external`, flag.value)
}

linked_statically(build) if {
	some flag in build.flags
	flag.name == "ldflags"
	contains(flag.value, "-static")
	build.evidence.cgo
}

linked_statically(build) if {
	some flag in build.flags
	flag.name == "ldflags"
	not flag.known
}

# The C libraries whose loader the final image lacks.
lacking contains libc if {
	some libc in {"glibc", "musl"}
	lib.final.base.libc in {"none", "glibc", "musl"}
	lib.final.base.libc != libc
	lib.final.base.class in {"empty", "static", "small", "libc", "slim", "full"}
}

brings_loader if lib.loader_copied

brings_loader if lib.run_in_final(`libc6-compat|gcompat|glibc|ld-linux|ld-musl`)
