# METADATA
# title: cd for what WORKDIR is for
# description: |
#   `cd` holds for this RUN alone; the next instruction is back in the old directory. WORKDIR holds for all that follow, makes the directory,
#   and shows where things happen.
# custom:
#   severity: note
#   set: all
#   category: clarity
#   aliases:
#     - hadolint/DL3003
#     - trivy/DS-0013
#     - trivy/AVD-DS-0013
#     - kics/f4a6bcd3-e231-4acf-993c-aa027be50d2e
#     - semgrep/use-workdir
#   needs: [cd]
#   since: 0.1.0
package plimline.rules["cd-instead-of-workdir"]

import data.plimline.lib

findings contains lib.at(command, "this holds for this RUN alone; WORKDIR holds for all that follows") if {
	some command in lib.runs("cd")
	first(command)
	not command.conditional
	command.depth == 0
	command.args[0] != "-"
}

first(command) if command.span == input.instructions[command.instruction].commands[0].span
