# METADATA
# title: The shipped program has the race detector in it
# description: |
#   `-race` makes a program two to twenty times slower and five to ten times larger in memory, and needs cgo. It is for tests.
# related_resources:
#   - https://go.dev/doc/articles/race_detector#Runtime_Overheads
# custom:
#   severity: warning
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["race-detector-shipped"]

import data.plimline.lib

findings contains lib.at(flag, "the race detector makes the shipped program 2 to 20 times slower") if {
	some build in input.builds
	build.final == "yes"
	not build.tool
	some flag in build.flags
	flag.name == "race"
}
