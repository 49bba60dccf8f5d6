# METADATA
# title: zypper installs whatever version is newest
# description: |
#   Two builds of the same file install different versions, and one day the newest breaks the build or the program.
#   Name the version, or build from a base image pinned by digest with a snapshot of the package archive. Distributions remove old
#   versions, so a pinned build fails when its version is gone: that is why this is not in the default set.
# custom:
#   severity: note
#   set: strict
#   category: reproducibility
#   aliases: [hadolint/DL3037, kics/562952e4-0348-4dea-9826-44f3a2c6117b]
#   needs: [zypper]
#   since: 0.1.0
package plimline.rules["unpinned-zypper-package"]

import data.plimline.lib

findings contains lib.unpinned(loose) if {
	some install in lib.installs("zypper")
	loose := [word | some word in install.packages; not pinned(word)]
	count(loose) > 0
}

pinned(word) if regex.match(`[=<>]|\.rpm$|/`, word.value)

# What a variable holds may have a version.
pinned(word) if not word.literal
