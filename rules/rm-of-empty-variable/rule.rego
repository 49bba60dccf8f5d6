# METADATA
# title: If the variable is empty, everything is deleted
# description: |
#   `rm -rf "$DIR"/*` is `rm -rf /*` when DIR is empty, and nothing in the file gives it a value. Write `"${DIR:?}"`, which stops instead.
# related_resources:
#   - https://www.shellcheck.net/wiki/SC2115
# custom:
#   severity: warning
#   category: correctness
#   aliases: [shellcheck/SC2115]
#   needs: [rm]
#   since: 0.1.0
package plimline.rules["rm-of-empty-variable"]

import data.plimline.lib

findings contains lib.at(word, sprintf("if %s is empty, this deletes everything; write ${%s:?}", [name, name])) if {
	some instruction in lib.shell_runs
	some command in instruction.commands
	command.name == "rm"
	lib.has_letter(command, "r")
	some word in command.words
	found := regex.find_all_string_submatch_n(`^"?\$(\{[A-Za-z_][A-Za-z0-9_]*\}|[A-Za-z_][A-Za-z0-9_]*)"?/"?\*?"?$`, word.text, 1)
	name := trim(found[0][1], "{}")
	not given(instruction, name)
}

given(instruction, name) if {
	variable := lib.stage_variables(instruction.stage)[name]
	variable.value != ""
}

given(instruction, name) if regex.match(sprintf(`(^|[\s;&(])(for\s+)?%s(=|\s+in\s)`, [name]), instruction.body.text)

# set -u stops at a variable that is not set.
given(instruction, _) if {
	some command in instruction.commands
	command.name == "set"
	some arg in command.args
	regex.match(`^-[a-z]*u|^nounset$`, arg)
}

given(_, name) if name in {"HOME", "PWD", "GOPATH", "JAVA_HOME"}
