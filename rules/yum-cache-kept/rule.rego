# METADATA
# title: yum's cache stays in the layer
# description: |
#   What the package manager keeps for a next time stays in the layer, and there is no next time. End the RUN with `yum clean all`, or mount a cache at /var/cache/yum.
# custom:
#   severity: note
#   category: size
#   aliases:
#     - hadolint/DL3032
#     - trivy/DS-0015
#     - trivy/AVD-DS-0015
#     - kics/00481784-25aa-4a55-8633-3136dfcf4f37
#     - semgrep/missing-yum-clean-all
#   differs:
#     - >-
#       hadolint (DL3032) also warns where /var/cache/yum is a mount, and in builders that are not shipped.
#   needs: [yum]
#   since: 0.1.0
package plimline.rules["yum-cache-kept"]

import data.plimline.lib

findings contains lib.mended(lib.at(command, "yum's cache stays in the layer; end with yum clean all"), clean(command)) if {
	some install in lib.installs("yum")
	command := install.command
	lib.kept(command)
	not cleaned(command)
	not lib.mounted(command, `^/var(/cache(/(yum|dnf|libdnf5))?)?$`)
	not lib.deleted_later(command, `^/var/cache(/yum|/dnf|/libdnf5|/\*|$)`)
}

cleaned(command) if {
	some other in lib.later(command)
	other.name in {"yum", "dnf"}
	"clean" in other.args
}

clean(command) := lib.fix("End with yum clean all", [lib.insert(end, " && yum clean all")]) if {
	end := lib.chain_end(command)
} else := null
