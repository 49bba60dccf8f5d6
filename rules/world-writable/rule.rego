# METADATA
# title: Everybody in the container may change it
# description: |
#   With mode 777 or o+w, any process in the container, whatever user it runs as, can replace the program, its configuration or a script
#   that root runs later. Give the files to the user who needs them (`COPY --chown`, `chown`), or to its group with g+w.
# custom:
#   severity: warning
#   set: strict
#   category: security
#   since: 0.1.0
package plimline.rules["world-writable"]

import data.plimline.lib

findings contains lib.at(mode, message) if {
	some command in lib.runs("chmod")
	lib.kept(command)
	mode := lib.operands(command, {"--reference"})[0]
	open(mode.value)
	count([word | some word in command.words; shared(word.value)]) == 0
	message := sprintf("with %s, every user in the container may change this", [mode.value])
}

findings contains lib.at(flag, message) if {
	some instruction in array.concat(input.by.copy, input.by.add)
	instruction.stage in lib.final_chain
	some flag in instruction.flags
	flag.name == "chmod"
	open(flag.value.value)
	message := sprintf("with %s, every user in the container may change this", [flag.value.value])
}

# The last digit has the 2, and there is no sticky bit, which leaves a file to its owner.
open(mode) if regex.match(`^0?[0246]?[0-7]{2}[2367]$`, mode)

# Without u, g, o or a the umask holds, which takes w away.
open(mode) if regex.match(`(^|,)[ug]*[oa][ugoa]*[+=][rxX]*w[rwxX]*(,|$)`, mode)

# What is everybody's anyway.
shared(path) if regex.match(`^(/dev/|/proc/|/tmp/?$|/var/tmp/?$|/run/lock)`, path)
