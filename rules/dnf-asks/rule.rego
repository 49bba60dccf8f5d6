# METADATA
# title: dnf asks a question
# description: |
#   The build has nobody to answer, so it stops: `Do you want to continue? [Y/n] Abort.` Give `-y`.
# custom:
#   severity: warning
#   category: correctness
#   aliases: [hadolint/DL3038, kics/7ebd323c-31b7-4e5b-b26f-de5e9e477af8, semgrep/missing-dnf-assume-yes-switch]
#   needs: [dnf, microdnf, tdnf]
#   since: 0.1.0
package plimline.rules["dnf-asks"]

import data.plimline.lib

findings contains lib.fixed(lib.at(command, "nobody can answer the prompt, so the build stops; give -y"), "Give -y", [lib.insert(command.words[0].span[1], " -y")]) if {
	some name in {"dnf", "microdnf", "tdnf"}
	some install in lib.installs(name)
	command := install.command
	not lib.has_letter(command, "y")
	not lib.has_flag(command, {"--assumeyes", "--downloadonly"})
	command.pipe == 0
}

findings contains lib.fixed(lib.at(command, "nobody can answer the prompt, so the build stops; give -y"), "Give -y", [lib.insert(command.words[0].span[1], " -y")]) if {
	some name in {"dnf", "microdnf"}
	some command in lib.runs(name)
	found := lib.operands(command, lib.dnf.valued)
	found[0].value in {"group", "module", "groupinstall"}
	found[1].value in {"install", "enable"}
	not lib.has_letter(command, "y")
	not lib.has_flag(command, {"--assumeyes"})
	command.pipe == 0
}
