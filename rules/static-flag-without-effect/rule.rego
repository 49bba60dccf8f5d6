# METADATA
# title: -extldflags -static has no effect
# description: |
#   The flag is for the C linker, which Go only calls for programs with C code, or with `-linkmode external`. A program without C links
#   itself: with cgo off it is static anyway, and with cgo on it stays dynamic if it uses the network or looks up users.
#   Leave the flag out, and set `CGO_ENABLED=0` for a static program.
# custom:
#   severity: note
#   category: clarity
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["static-flag-without-effect"]

import data.plimline.lib

findings contains lib.at(flag, message) if {
	some build in input.builds
	not build.tool
	build.buildmode == "default"
	flag := lib.ldflags(build)
	regex.match(`-extldflags[= ]\s*['"]*[^'"]*-static\b`, flag.value)
	not regex.match(`-linkmode[= ]\s*['"]?external`, flag.value)
	message := without_effect(build)
}

without_effect(build) := "with CGO_ENABLED=0 the program is static anyway; the C linker, which this is for, is not called" if {
	build.cgo.state == "0"
}

without_effect(build) := "the program has no C code, so the C linker, which this is for, is not called, and the program is as dynamic as without" if {
	build.cgo.state in {"1", "default-on"}
	build.evidence.complete
	not build.evidence.cgo
}
