# METADATA
# title: gem installs whatever version is newest
# description: |
#   Two builds of the same file install different versions, and one day the newest breaks the build or the program. Name the version.
# custom:
#   severity: note
#   set: strict
#   category: reproducibility
#   aliases: [hadolint/DL3028, kics/22cd11f7-9c6c-4f6e-84c0-02058120b341]
#   needs: [gem]
#   since: 0.1.0
package plimline.rules["unpinned-gem-package"]

import data.plimline.lib

findings contains lib.unpinned(loose) if {
	some install in lib.installs("gem")
	not lib.has_flag(install.command, {"-v", "--version"})
	loose := [word |
		some word in install.packages
		not regex.match(`:[0-9~<>=]|\.gem$`, word.value)
		word.literal
		not behind_dashes(install.command, word)
	]
	count(loose) > 0
}

# What stands behind -- goes to the compiler.
behind_dashes(command, word) if {
	some dashes in command.words
	dashes.value == "--"
	dashes.span[0] < word.span[0]
}
