# METADATA
# title: cat for what a redirection does
# description: |
#   `cat FILE | program` starts a program more than `program < FILE`, and hides its failure in a pipe.
# related_resources:
#   - https://www.shellcheck.net/wiki/SC2002
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases: [shellcheck/SC2002]
#   needs: [cat]
#   since: 0.1.0
package plimline.rules["useless-cat"]

import data.plimline.lib

findings contains lib.at(command, "program < file does the same without cat") if {
	some instruction in lib.shell_runs
	some command in instruction.commands
	command.name == "cat"
	command.pipe == 0
	command.pipe_length > 1
	count(command.args) == 1
	not startswith(command.args[0], "-")
	command.words[1].literal
	count(command.redirects) == 0
}
