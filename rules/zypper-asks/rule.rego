# METADATA
# title: zypper asks a question
# description: |
#   The build has nobody to answer, so it stops: `Do you want to continue? [Y/n] Abort.` Give `--non-interactive`.
# custom:
#   severity: warning
#   category: correctness
#   aliases: [hadolint/DL3034, kics/45e1fca5-f90e-465d-825f-c2cb63fa3944, semgrep/missing-zypper-no-confirm-switch]
#   needs: [zypper]
#   since: 0.1.0
package plimline.rules["zypper-asks"]

import data.plimline.lib

findings contains lib.fixed(lib.at(command, "nobody can answer the prompt, so the build stops; give --non-interactive"), "Give --non-interactive", [lib.insert(command.words[0].span[1], " --non-interactive")]) if {
	some command in lib.runs("zypper")
	found := lib.operands(command, lib.managers.zypper.valued)
	found[0].value in {"install", "in", "remove", "rm", "source-install", "si", "patch", "update", "up", "dist-upgrade", "dup"}
	not lib.has_flag(command, {"--non-interactive", "--no-confirm", "-y", "-n", "--download-only", "--dry-run"})
	not lib.has_letter(command, "n")
	not lib.has_letter(command, "y")
	command.pipe == 0
}
