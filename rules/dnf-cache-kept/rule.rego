# METADATA
# title: dnf's cache stays in the layer
# description: |
#   What the package manager keeps for a next time stays in the layer, and there is no next time. End the RUN with `dnf clean all`, or mount a cache at /var/cache/dnf (libdnf5 for dnf 5).
# custom:
#   severity: note
#   category: size
#   aliases:
#     - hadolint/DL3040
#     - trivy/DS-0019
#     - trivy/AVD-DS-0019
#     - trivy/DS-0027
#     - trivy/AVD-DS-0027
#     - kics/295acb63-9246-4b21-b441-7c1f1fb62dc0
#     - semgrep/missing-dnf-clean-all
#   differs:
#     - >-
#       hadolint (DL3040) also warns in builders that are not shipped.
#   needs: [dnf, microdnf, tdnf]
#   since: 0.1.0
package plimline.rules["dnf-cache-kept"]

import data.plimline.lib

findings contains lib.mended(lib.at(command, sprintf("%s's cache stays in the layer; end with %s clean all", [command.name, command.name])), clean(command)) if {
	some name in {"dnf", "microdnf", "tdnf"}
	some command in lib.runs(name)
	lib.kept(command)
	some verb in array.slice(lib.operands(command, lib.dnf.valued), 0, 2)
	verb.value in verbs
	not cleaned(command)
	not lib.mounted(command, `^/var(/cache(/(yum|dnf|libdnf5|tdnf))?)?$`)
	not lib.deleted_later(command, `^/var/cache(/yum|/dnf|/libdnf5|/tdnf|/\*|$)`)
}

verbs := {
	"install", "in", "localinstall", "groupinstall", "upgrade", "up", "update", "upgrade-minimal", "up-min", "upgrade-to", "reinstall", "rei",
	"downgrade", "dg", "distro-sync", "dsync", "swap",
}

cleaned(command) if {
	some other in lib.later(command)
	other.name == command.name
	"clean" in other.args
}

clean(command) := lib.fix("End with clean all", [lib.insert(end, sprintf(" && %s clean all", [command.name]))]) if {
	end := lib.chain_end(command)
} else := null
