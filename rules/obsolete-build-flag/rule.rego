# METADATA
# title: A build flag that does nothing any more
# description: |
#   `-a` rebuilds the standard library each time and `-installsuffix cgo` puts it in a folder of its own: both worked around caches that
#   Go has not had since 1.10. Today they only make the build slow.
# custom:
#   severity: note
#   category: clarity
#   since: 0.1.0
package plimline.rules["obsolete-build-flag"]

import data.plimline.lib

findings contains lib.at(flag, message) if {
	some build in input.builds
	some flag in build.flags
	message := obsolete[flag.name]
}

obsolete := {
	"a": "-a rebuilds everything and is of no use since Go 1.10",
	"installsuffix": "-installsuffix is of no use since Go 1.10",
}
