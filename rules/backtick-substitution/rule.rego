# METADATA
# title: Backticks
# description: |
#   `$(...)` does the same, can be nested, and is not mistaken for quotes.
# related_resources:
#   - https://www.shellcheck.net/wiki/SC2006
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases: [shellcheck/SC2006]
#   since: 0.1.0
package plimline.rules["backtick-substitution"]

import data.plimline.lib

findings contains lib.at(word, "$(...) does the same and can be nested") if {
	some instruction in lib.shell_runs
	some command in instruction.commands
	some word in command.words
	regex.match("^[^']*`", word.text)
}

findings contains lib.at(assign, "$(...) does the same and can be nested") if {
	some instruction in lib.shell_runs
	some command in instruction.commands
	some assign in command.assigns
	regex.match("^[^']*`", assign.value.text)
}
