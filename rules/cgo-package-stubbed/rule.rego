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
	some needing in build.evidence.without_c
	stubs[needing.path]
	finding := lib.related(
		lib.at({"span": build.go}, sprintf("%s is a stub that only returns an error, because cgo is off", [needing.path])),
		build.cgo,
		build.cgo.decision,
	)
}

# Packages whose files for !cgo say that cgo is needed and do nothing else, as of 2026-11.
stubs := {
	"github.com/mattn/go-sqlite3", "github.com/mutecomm/go-sqlcipher/v4", "github.com/xeodou/go-sqlcipher",
	"github.com/marcboeker/go-duckdb", "github.com/google/gousb", "github.com/containers/storage/pkg/devicemapper",
}
