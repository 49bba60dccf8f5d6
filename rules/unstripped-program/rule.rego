# METADATA
# title: The program is shipped with its symbol table
# description: |
#   `-ldflags="-s -w"` leaves the symbol table and debug information out: about a third of the program's size. Stack traces of panics
#   stay as they are; a debugger needs what is left out.
# custom:
#   severity: note
#   set: strict
#   category: size
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["unstripped-program"]

import data.plimline.lib

findings contains stripping(build, lib.at({"span": build.go}, "the program holds symbols and debug information, about a third of its size; -ldflags=\"-s -w\" leaves them out")) if {
	some build in lib.shipped_builds
	not build.exempt
	not stripped(build)
}

stripped(build) if {
	some flag in build.flags
	flag.name == "ldflags"
	not flag.known
}

stripped(build) if regex.match(`(^|[\s'"])--?(s|w|s=true|w=true)([\s'"]|$)`, lib.ldflags(build).value)

stripped(build) if {
	some command in input.stages[build.stage].commands
	command.name in {"strip", "upx"}
}

stripping(build, finding) := lib.risky(finding, "Leave symbols out; a debugger needs them", [lib.insert(build.go[1], ` -ldflags="-s -w"`)]) if {
	input.instructions[build.instruction].form == "shell"
	not lib.ldflags(build)
} else := finding
