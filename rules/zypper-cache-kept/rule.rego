# METADATA
# title: zypper's cache stays in the layer
# description: |
#   What the package manager keeps for a next time stays in the layer, and there is no next time. End the RUN with `zypper clean`, or mount a cache at /var/cache/zypp.
# custom:
#   severity: note
#   category: size
#   aliases:
#     - hadolint/DL3036
#     - trivy/DS-0020
#     - trivy/AVD-DS-0020
#     - kics/38300d1a-feb2-4a48-936a-d1ef1cd24313
#     - semgrep/missing-zypper-clean
#   needs: [zypper]
#   since: 0.1.0
package plimline.rules["zypper-cache-kept"]

import data.plimline.lib

findings contains lib.mended(lib.at(command, "zypper's cache stays in the layer; end with zypper clean"), clean(command)) if {
	some install in lib.installs("zypper")
	command := install.command
	lib.kept(command)
	not cleaned(command)
	not lib.mounted(command, `^/var(/cache(/zypp)?)?$`)
	not lib.deleted_later(command, `^/var/cache(/zypp|/\*|$)`)
}

cleaned(command) if {
	some other in lib.later(command)
	other.name == "zypper"
	some arg in other.args
	arg in {"clean", "cc"}
}

clean(command) := lib.fix("End with zypper clean", [lib.insert(end, " && zypper clean")]) if {
	end := lib.chain_end(command)
} else := null
