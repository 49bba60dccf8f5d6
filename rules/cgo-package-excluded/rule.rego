# METADATA
# title: A package needs cgo, and cgo is off
# description: |
#   All Go files of the package have C in them or are for cgo alone, or it is known to be a wrapper around a C library. With cgo off nothing
#   is left of what the program uses, and the build stops: `build constraints exclude all Go files`, or `undefined:`.
#   Build with `CGO_ENABLED=1` and a C compiler, or take another package.
# custom:
#   severity: error
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["cgo-package-excluded"]

import data.plimline.lib

findings contains finding if {
	some build in lib.shipped_builds
	not build.conditional
	build.cgo.state in {"0", "default-off"}
	needing := build.evidence.excluded
	finding := lib.related(
		lib.at({"span": build.go}, sprintf("%s needs cgo, which is off, so this build stops", [named(needing)])),
		build.cgo,
		build.cgo.decision,
	)
}

named(needing) := sprintf("%s (%s)", [needing.path, needing.file]) if needing.path != ""

named(needing) := needing.file if needing.path == ""
