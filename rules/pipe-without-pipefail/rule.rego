# METADATA
# title: Only the last command of a pipe can fail
# description: |
#   A pipe's result is that of its last command. When `wget` fails, `wget -O - ... | tar -x` goes on with what it got, and the build succeeds with
#   half of the files. Use `SHELL ["/bin/bash", "-o", "pipefail", "-c"]`, or `set -o pipefail` in the RUN.
# custom:
#   severity: warning
#   set: strict
#   category: correctness
#   aliases: [hadolint/DL4006, kics/efbf148a-67e9-42d2-ac47-02fa1c0d0b22, semgrep/set-pipefail]
#   differs:
#     - >-
#       hadolint (DL4006) forgets SHELL at `FROM stage`, does not see `set -o pipefail` in the RUN, and looks for pipes in the words of JSON
#       arrays.
#   since: 0.1.0
package plimline.rules["pipe-without-pipefail"]

import data.plimline.lib

findings contains lib.at(last, message) if {
	some instruction in array.concat(input.by.run, [i | some i in input.by.onbuild; i.name == "run"])
	instruction.form == "shell"
	posix(instruction.shell)
	not pipefail(instruction.shell)
	some last in piped(instruction)
	not set_before(instruction, last)
	message := "only the last command of this pipe can fail the build; use set -o pipefail"
}

# The first pipe's last command.
piped(instruction) := [array.slice(lasts, 0, 1)[0]] if {
	lasts := [command |
		some command in instruction.commands
		command.pipe_length > 1
		command.pipe == command.pipe_length - 1
	]
	count(lasts) > 0
}

posix(shell) if regex.match(`(^|/)(sh|ash|dash|bash|zsh|ksh)$`, shell[0])

# dash's sh does not know it.
pipefail(shell) if {
	regex.match(`(^|/)(ash|bash|zsh|ksh)$`, shell[0])
	some word in shell
	word == "pipefail"
}

set_before(instruction, last) if {
	some command in instruction.commands
	command.name == "set"
	command.span[0] < last.span[0]
	"pipefail" in command.args
}

# A script that says itself what runs it.
set_before(instruction, _) if {
	some heredoc in instruction.heredocs
	startswith(heredoc.content, "#!")
}
