# METADATA
# title: ENTRYPOINT or CMD in shell form
# description: |
#   Without brackets the line runs as `/bin/sh -c "..."`. The shell stands between Docker and the program: it does not
#   pass SIGTERM on, so `docker stop` waits ten seconds and kills; an ENTRYPOINT ignores CMD and the arguments
#   of `docker run`; and an image without a shell does not start at all.
#   Write a JSON array, or begin the line with `exec` where the shell's expansion is needed.
# related_resources:
#   - https://docs.docker.com/reference/dockerfile/#shell-and-exec-form
#   - https://docs.docker.com/reference/build-checks/json-args-recommended/
# custom:
#   severity: warning
#   category: correctness
#   aliases:
#     - hadolint/DL3025
#     - buildkit/JSONArgsRecommended
#     - kics/34945ae8-730d-424c-8279-b064d9f108de
#     - kics/b86987e1-6397-4619-81d5-8807f2387c79
#     - semgrep/prefer-json-notation
#   differs:
#     - >-
#       BuildKit says nothing of a shell form once SHELL is set, and hadolint flags HEALTHCHECK, whose shell ends with the check.
#   since: 0.1.0
package plimline.rules["shell-form-entrypoint"]

import data.plimline.lib

findings contains lib.mended(lib.at(instruction.body, message), exec_form(instruction)) if {
	some instruction in input.by.entrypoint
	through_shell(instruction)
	message := "ENTRYPOINT runs through a shell: CMD and the arguments of docker run are ignored, and signals may not reach the program"
}

findings contains lib.mended(lib.at(instruction.body, message), exec_form(instruction)) if {
	some instruction in input.by.cmd
	through_shell(instruction)
	message := "CMD runs through a shell, which may keep SIGTERM from the program"
}

through_shell(instruction) if {
	instruction.form == "shell"
	instruction.body.text != ""

	# SHELL says that a shell is wanted (BuildKit's own check stays silent too).
	instruction.shell == ["/bin/sh", "-c"]
	not replaces_shell(instruction)
	not without_shell(instruction)
	in_effect(instruction)
}

# "exec app" makes the program process 1.
replaces_shell(instruction) if {
	some command in instruction.commands
	command.wrappers[0].value == "exec"
}

# An image without a shell does not start at all: shell-not-in-image says so.
without_shell(instruction) if {
	input.stages[instruction.stage].base.shell == "no"
	instruction.stage in lib.final_chain
}

# It is what a container runs: of the final stage, or of one that may be built with --target.
in_effect(instruction) if {
	some stage in input.stages
	stage.cmd == instruction.index
	not passed_by(stage)
}

in_effect(instruction) if {
	some stage in input.stages
	stage.entrypoint == instruction.index
	not passed_by(stage)
}

# A stage that only gives files to others never runs.
passed_by(stage) if {
	stage.needed
	not stage.final
}

# A stage with both passes one's words to the other, which a JSON array changes.
exec_form(instruction) := lib.exec_form(instruction) if {
	stage := input.stages[instruction.stage]
	count([name | some name in ["entrypoint", "cmd"]; stage[name]]) == 1
} else := null
