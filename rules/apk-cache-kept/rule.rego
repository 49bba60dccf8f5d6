# METADATA
# title: apk's package index stays in the layer
# description: |
#   What the package manager keeps for a next time stays in the layer, and there is no next time. Give `--no-cache`, or mount a cache at /var/cache/apk.
# custom:
#   severity: note
#   category: size
#   aliases:
#     - hadolint/DL3019
#     - trivy/DS-0025
#     - trivy/AVD-DS-0025
#     - kics/ae9c56a6-3ed1-4ac0-9b54-31267f51151d
#     - semgrep/missing-apk-no-cache
#   needs: [apk]
#   since: 0.1.0
package plimline.rules["apk-cache-kept"]

import data.plimline.lib

findings contains lib.fixed(lib.at(command, "the package index stays in the layer; give --no-cache"), "Give --no-cache", [lib.insert(lib.verb(command).span[1], " --no-cache")]) if {
	some install in lib.installs("apk")
	command := install.command
	lib.kept(command)
	not lib.has_flag(command, {"--no-cache"})
	not lib.mounted(command, `^/(var(/cache(/apk)?)?|etc/apk(/cache)?)$`)
	not lib.deleted_later(command, `^/var/cache(/apk|/\*|$)`)
	not "$" in {substring(word.value, 0, 1) | some word in command.words}
}
