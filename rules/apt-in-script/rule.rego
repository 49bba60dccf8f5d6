# METADATA
# title: apt is for people, apt-get for scripts
# description: |
#   apt's options and output change between releases, and it says so itself: `apt does not have a stable CLI interface. Use with caution in
#   scripts.` Use apt-get or apt-cache.
# custom:
#   severity: note
#   set: strict
#   category: clarity
#   aliases:
#     - hadolint/DL3027
#     - checkov/CKV_DOCKER_9
#     - kics/b84a0b47-2e99-4c9f-8933-98bcabe2b94d
#     - semgrep/prefer-apt-get
#   needs: [apt]
#   since: 0.1.0
package plimline.rules["apt-in-script"]

import data.plimline.lib

findings contains lib.mended(lib.at(command.words[0], "apt changes between releases and warns against use in scripts; use apt-get"), apt_get(command)) if {
	some command in lib.runs("apt")
	command.args[0]
}

apt_get(command) := lib.fix("Write apt-get", [lib.edit(command.words[0].span, "apt-get")]) if {
	command.words[0].text == "apt"
	some verb in array.slice(lib.operands(command, lib.apt.valued), 0, 1)
	verb.value in {"install", "update", "upgrade", "remove", "purge", "autoremove", "clean", "autoclean", "build-dep", "source", "download"}
} else := null
