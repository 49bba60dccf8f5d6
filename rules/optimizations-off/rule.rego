# METADATA
# title: The shipped program is built for a debugger
# description: |
#   `-gcflags="all=-N -l"` turns optimizations and inlining off: the program is two to ten times slower. It belongs in a stage of its
#   own for debugging.
# custom:
#   severity: warning
#   category: performance
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["optimizations-off"]

import data.plimline.lib

findings contains lib.at(flag, "the shipped program is built without optimizations") if {
	some build in lib.shipped_builds
	not build.conditional
	some flag in build.flags
	flag.name == "gcflags"
	flag.known
	regex.match(`(^|[\s'"=])-N\b`, flag.value)
	not debugger
}

# The image is for debugging.
debugger if {
	some instruction in input.instructions
	regex.match(`(?i)\b(dlv|delve|gdb|debug)\b`, instruction.body.text)
}

debugger if regex.match(`(?i)debug|dev`, input.path)
