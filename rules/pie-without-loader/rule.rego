# METADATA
# title: The program needs a loader that the final image lacks
# description: |
#   With `-buildmode=pie` the program names the C library's loader (`/lib64/ld-linux-x86-64.so.2`), also with CGO_ENABLED=0.
#   An image without it stops with `exec /app: no such file or directory`, although the file is there.
#   Leave `-buildmode=pie` out, or use a final image with the C library.
# custom:
#   severity: error
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["pie-without-loader"]

import data.plimline.lib

findings contains finding if {
	some build in input.builds
	build.final == "yes"
	not build.tool
	not build.conditional
	build.buildmode == "pie"
	not linked_statically(build)
	base := lib.final.base
	base.class in {"empty", "static"}
	base.libc == "none"
	not lib.loader_copied
	some flag in build.flags
	flag.name == "buildmode"
	finding := lib.related(
		lib.at(flag, sprintf("a pie program needs a loader, which %s lacks, so it does not start", [base.text])),
		lib.final.from,
		"the image without a loader",
	)
}

linked_statically(build) if {
	some flag in build.flags
	flag.name == "ldflags"
	contains(flag.value, "-static-pie")
}
