# METADATA
# title: A program runs as its owner, whoever starts it
# description: |
#   A setuid program of root is the usual way from a small hole to root in the container. Files keep capabilities too, so give the program
#   only the right it needs with `setcap`, or start the container with that right.
# custom:
#   severity: warning
#   set: strict
#   category: security
#   since: 0.1.0
package plimline.rules["setuid-program"]

import data.plimline.lib

findings contains lib.at(mode, message) if {
	some command in lib.runs("chmod")
	lib.kept(command)
	mode := lib.operands(command, {"--reference"})[0]
	setuid(mode.value)
	message := sprintf("%s lets anyone who runs this act as its owner", [mode.value])
}

findings contains lib.at(flag, message) if {
	some instruction in array.concat(input.by.copy, input.by.add)
	instruction.stage in lib.final_chain
	some flag in instruction.flags
	flag.name == "chmod"
	setuid(flag.value.value)
	message := sprintf("%s lets anyone who runs this act as its owner", [flag.value.value])
}

setuid(mode) if regex.match(`^0?[4-7][0-7]{3}$`, mode)

setuid(mode) if regex.match(`(^|,)[ugoa]*[ua][ugoa]*[+=][rwxX]*s|(^|,)[+=][rwxX]*s`, mode)
