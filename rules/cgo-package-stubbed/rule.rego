# METADATA
# title: Without cgo this package does nothing
# description: |
#   These packages compile without cgo, but what is left of them only returns an error, as
#   `Binary was compiled with 'CGO_ENABLED=0', go-sqlite3 requires cgo to work. This is a stub`.
#   Build with `CGO_ENABLED=1`, a C compiler and a final image with the builder's C library, or take one written in Go, such as
#   modernc.org/sqlite.
# custom:
#   severity: warning
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["cgo-package-stubbed"]

import data.plimline.lib

findings contains finding if {
	some build in lib.shipped_builds
	build.cgo.state in {"0", "default-off"}
	needing := build.evidence.stub
	finding := lib.related(
		lib.at({"span": build.go}, sprintf("%s (%s) needs cgo, which is off: what is left of it only returns an error", [needing.path, needing.file])),
		build.cgo,
		build.cgo.decision,
	)
}
