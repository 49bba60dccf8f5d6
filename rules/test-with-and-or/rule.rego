# METADATA
# title: -a and -o in [ ]
# description: |
#   POSIX calls them obsolete, and with more than four arguments what they mean is not defined: write `[ a ] && [ b ]`.
# related_resources:
#   - https://www.shellcheck.net/wiki/SC2166
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases: [shellcheck/SC2166]
#   needs: ["[", test]
#   since: 0.1.0
package plimline.rules["test-with-and-or"]

import data.plimline.lib

findings contains lib.at(word, sprintf("write [ ... ] %s [ ... ]", [better[word.value]])) if {
	some instruction in lib.shell_runs
	some command in instruction.commands
	command.name in {"[", "test"}
	some i, word in command.words
	i > 1
	not word.quoted
	better[word.value]
}

better := {"-a": "&&", "-o": "||"}
