# METADATA
# title: The mode is for the last folder alone
# description: |
#   `mkdir -p -m 700 a/b/c` makes a and b with the usual mode: what was to be private may be read.
# related_resources:
#   - https://www.shellcheck.net/wiki/SC2174
# custom:
#   severity: note
#   set: strict
#   category: security
#   aliases: [shellcheck/SC2174]
#   needs: [mkdir]
#   since: 0.1.0
package plimline.rules["mkdir-mode-of-parents"]

import data.plimline.lib

findings contains lib.at(command, "the mode is for the last folder alone; its parents get the usual one") if {
	some instruction in lib.shell_runs
	some command in instruction.commands
	command.name == "mkdir"
	lib.has_letter(command, "p")
	mode(command)
	some arg in lib.operands(command, {"-m", "--mode"})
	regex.match(`[^/]/[^/]+/`, trim_suffix(arg.value, "/"))
}

mode(command) if lib.has_flag(command, {"-m", "--mode"})

mode(command) if lib.has_letter(command, "m")
