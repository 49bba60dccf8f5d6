# METADATA
# title: apk installs whatever version is newest
# description: |
#   Two builds of the same file install different versions, and one day the newest breaks the build or the program.
#   Name the version, or build from a base image pinned by digest with a snapshot of the package archive. Distributions remove old
#   versions, so a pinned build fails when its version is gone: that is why this is not in the default set.
# custom:
#   severity: note
#   set: strict
#   category: reproducibility
#   aliases: [hadolint/DL3018, kics/d3499f6d-1651-41bb-a9a7-de925fea487b]
#   needs: [apk]
#   since: 0.1.0
package plimline.rules["unpinned-apk-package"]

import data.plimline.lib

findings contains lib.unpinned(loose) if {
	some install in lib.installs("apk")
	loose := [word | some word in install.packages; not pinned(word)]
	count(loose) > 0
}

pinned(word) if regex.match(`[=~<>@]|\.apk$`, word.value)

# What a variable holds may have a version.
pinned(word) if not word.literal
