# METADATA
# title: apt-get asks a question
# description: |
#   The build has nobody to answer, so it stops: `Do you want to continue? [Y/n] Abort.` Give `-y`.
# custom:
#   severity: warning
#   category: correctness
#   aliases:
#     - hadolint/DL3014
#     - trivy/DS-0021
#     - trivy/AVD-DS-0021
#     - kics/77783205-c4ca-4f80-bb80-c777f267c547
#     - semgrep/missing-assume-yes-switch
#   needs: [apt-get]
#   since: 0.1.0
package plimline.rules["apt-get-asks"]

import data.plimline.lib

findings contains lib.fixed(lib.at(command, "nobody can answer the prompt, so the build stops; give -y"), "Give -y", [lib.insert(lib.verb(command).span[1], " -y")]) if {
	some install in lib.installs("apt-get")
	command := install.command
	not assumed(command)
	not lib.apt_configured
}

assumed(command) if lib.has_flag(command, {"-y", "--yes", "--assume-yes", "-qq", "--force-yes"})

assumed(command) if lib.has_letter(command, "y")

assumed(command) if lib.has_letter(command, "qq")

# -q twice means yes.
assumed(command) if count([arg | some arg in command.args; arg in {"-q", "--quiet"}]) > 1

assumed(command) if regex.match(`(?i)Assume-Yes[= ]"?(true|1|yes)`, concat(" ", command.args))

assumed(command) if lib.has_flag(command, {"-d", "--download-only", "--print-uris", "-s", "--simulate", "--dry-run"})

assumed(command) if regex.match(`-q=[2-9]`, concat(" ", command.args))

# yes | apt-get install
assumed(command) if command.pipe > 0

assumed(command) if "$" in {substring(word.value, 0, 1) | some word in command.words}
