# METADATA
# title: yum asks a question
# description: |
#   The build has nobody to answer, so it stops: `Do you want to continue? [Y/n] Abort.` Give `-y`.
# custom:
#   severity: warning
#   category: correctness
#   aliases: [hadolint/DL3030, kics/6e19193a-8753-436d-8a09-76dcff91bb03, semgrep/missing-yum-assume-yes-switch]
#   needs: [yum]
#   since: 0.1.0
package plimline.rules["yum-asks"]

import data.plimline.lib

findings contains lib.fixed(lib.at(command, "nobody can answer the prompt, so the build stops; give -y"), "Give -y", [lib.insert(lib.verb(command).span[1], " -y")]) if {
	some install in lib.installs("yum")
	command := install.command
	not lib.has_letter(command, "y")
	not lib.has_flag(command, {"--assumeyes", "--downloadonly"})
	command.pipe == 0
}
