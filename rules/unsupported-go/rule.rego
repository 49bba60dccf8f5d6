# METADATA
# title: This Go release gets no more security fixes
# description: |
#   Go's two newest minor releases are supported. What is found in an older one, in its standard library too, stays in the programs
#   that are built with it. The table of releases is as of November 2026.
# related_resources:
#   - https://go.dev/doc/devel/release
# custom:
#   severity: warning
#   set: strict
#   category: security
#   security-severity: "4.0"
#   since: 0.1.0
package plimline.rules["unsupported-go"]

import data.plimline.lib

findings contains lib.through(stage.from, message) if {
	some stage in input.stages
	stage.needed
	minor := lib.go_minor(stage.from.image)
	ended := lib.go_releases[minor + 2]
	message := sprintf("Go 1.%d has had no security fixes since %s", [minor, ended])
}
