# METADATA
# title: The program holds the builder's paths
# description: |
#   Without `-trimpath` the names of all source files are in the program with the folders they lay in. Two builders with other folders
#   make different programs of the same sources, and stack traces show paths that nobody has.
# custom:
#   severity: note
#   set: strict
#   category: reproducibility
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["builder-paths-in-program"]

import data.plimline.lib

findings contains lib.mended(lib.at({"span": build.go}, "the builder's paths are in the program; -trimpath leaves them out"), trimming(build)) if {
	some build in lib.shipped_builds
	not trimmed(build)
}

trimmed(build) if {
	some flag in build.flags
	flag.name == "trimpath"
}

trimming(build) := lib.fix("Give -trimpath", [lib.insert(build.go[1], " -trimpath")]) if {
	input.instructions[build.instruction].form == "shell"
} else := null
