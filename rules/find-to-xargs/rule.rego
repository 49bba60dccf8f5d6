# METADATA
# title: File names with spaces are split
# description: |
#   `find | xargs` splits names at spaces and quotes. Write `find -print0 | xargs -0`, or `find -exec ... +`.
# related_resources:
#   - https://www.shellcheck.net/wiki/SC2038
# custom:
#   severity: note
#   set: strict
#   category: correctness
#   aliases: [shellcheck/SC2038]
#   needs: [find]
#   since: 0.1.0
package plimline.rules["find-to-xargs"]

import data.plimline.lib

findings contains lib.at(command, "xargs splits file names at spaces; use -print0 and xargs -0, or -exec") if {
	some instruction in lib.shell_runs
	some i, command in instruction.commands
	command.name == "find"
	command.pipe_length > 1
	next := instruction.commands[i + 1]
	wrappers := [word.value | some word in next.wrappers]
	"xargs" in wrappers
	not "-0" in wrappers
	not "-print0" in command.args
	not regex.match(`-(0|-null|r0|0r|d)`, concat(" ", wrappers))
}
