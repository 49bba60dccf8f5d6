# METADATA
# title: apt-get installs what is only recommended
# description: |
#   Without `--no-install-recommends` apt-get also installs packages that others only recommend: the image grows, often by hundreds of
#   megabytes, and each package has vulnerabilities of its own.
# custom:
#   severity: note
#   set: strict
#   category: size
#   aliases:
#     - hadolint/DL3015
#     - trivy/DS-0029
#     - trivy/AVD-DS-0029
#     - kics/7384dfb2-fcd1-4fbf-91cd-6c44c318c33c
#     - semgrep/missing-no-install-recommends
#   needs: [apt-get]
#   since: 0.1.0
package plimline.rules["recommended-packages"]

import data.plimline.lib

findings contains lib.risky(lib.at(command, "packages that are only recommended are installed too; give --no-install-recommends"), "Give --no-install-recommends; what only came along must be named then", [lib.insert(lib.verb(command).span[1], " --no-install-recommends")]) if {
	some install in lib.installs("apt-get")
	command := install.command
	not lib.has_flag(command, {"--no-install-recommends"})
	not regex.match(`(?i)Install-Recommends[= ]"?(false|0|no)`, concat(" ", command.args))
	not lib.apt_configured
}
