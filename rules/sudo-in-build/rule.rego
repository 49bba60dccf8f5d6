# METADATA
# title: sudo in a build
# description: |
#   RUN works as root unless USER or the base image says otherwise, so sudo does nothing there, and the package gives whoever breaks into the
#   container a way to root. Use `USER root` for the steps that need it and another user after them.
# custom:
#   severity: warning
#   category: security
#   aliases:
#     - hadolint/DL3004
#     - trivy/DS-0010
#     - trivy/AVD-DS-0010
#     - checkov/CKV2_DOCKER_1
#     - kics/8ada6e80-0ade-439e-b176-0b28f6bce35a
#     - semgrep/no-sudo-in-dockerfile
#   needs: [sudo]
#   since: 0.1.0
package plimline.rules["sudo-in-build"]

import data.plimline.lib

findings contains lib.mended(lib.at(sudo, "sudo stays in the image as a way to root; do this as root, before USER"), without(command)) if {
	some command in input.commands
	some sudo in command.wrappers
	regex.replace(sudo.value, `^.*/`, "") == "sudo"
	not "-u" in values(command.wrappers)
}

findings contains lib.at(command.words[0], "sudo stays in the image as a way to root; do this as root, before USER") if {
	some command in lib.runs("sudo")
}

# It is root already.
without(command) := lib.fix("Leave sudo out", [lib.edit([command.span[0], command.words[0].span[0]], "")]) if {
	values(command.wrappers) == ["sudo"]
	command.assigns == []
	not input.instructions[command.instruction].user
	input.stages[command.stage].base.user == "root"
} else := null

values(words) := [word.value | some word in words]
