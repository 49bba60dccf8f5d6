# METADATA
# title: A relative destination without WORKDIR
# description: |
#   The file goes to whatever directory the base image works in, often `/`, and elsewhere when the base image changes. Set WORKDIR first, or
#   write an absolute path.
# custom:
#   severity: warning
#   set: strict
#   category: correctness
#   aliases: [hadolint/DL3045]
#   differs:
#     - >-
#       hadolint (DL3045) does not know that an image has a WORKDIR of its own, and that a second `FROM debian` does not inherit the first
#       one's.
#   needs: [COPY]
#   since: 0.1.0
package plimline.rules["copy-to-relative-path"]

import data.plimline.lib

findings contains finding if {
	some instruction in array.concat(input.by.copy, [i | some i in input.by.onbuild; i.name == "copy"])
	dest := instruction.args[count(instruction.args) - 1]
	not instruction.workdir
	not onbuild_workdir(instruction)
	relative(dest.value)
	finding := judged(instruction, dest)
}

# Images that set a WORKDIR, golang's for one, are known to those who use them.
judged(instruction, dest) := lib.at(dest, "no WORKDIR is set, so where this goes is up to the base image") if {
	not base_of(instruction).class in {"toolchain", "app", "unknown"}
} else := lib.at(dest, "no WORKDIR is set, so where this goes is up to the base image") if {
	base_of(instruction).text == ""
} else := lib.unknown(dest, "no WORKDIR is set here; where this goes is up to the base image")

base_of(instruction) := input.stages[instruction.stage].base

relative(path) if {
	path != ""
	not regex.match(`^["']?([/\\$]|[A-Za-z]:|<<)`, path)
}

# ONBUILD WORKDIR before it.
onbuild_workdir(instruction) if {
	instruction.onbuild
	some other in input.by.onbuild
	other.name == "workdir"
	other.stage == instruction.stage
	other.index < instruction.index
}
