# METADATA
# title: yum installs whatever version is newest
# description: |
#   Two builds of the same file install different versions, and one day the newest breaks the build or the program.
#   Name the version, or build from a base image pinned by digest with a snapshot of the package archive. Distributions remove old
#   versions, so a pinned build fails when its version is gone: that is why this is not in the default set.
# custom:
#   severity: note
#   set: strict
#   category: reproducibility
#   aliases: [hadolint/DL3033, kics/6452c424-1d92-4deb-bb18-a03e95d579c4]
#   needs: [yum]
#   since: 0.1.0
package plimline.rules["unpinned-yum-package"]

import data.plimline.lib

findings contains lib.unpinned(loose) if {
	some install in lib.installs("yum")
	loose := [word | some word in install.packages; not pinned(word)]
	count(loose) > 0
}

# dnf module install nodejs:22
findings contains lib.unpinned(loose) if {
	some command in lib.runs("yum")
	found := lib.operands(command, lib.dnf.valued)
	found[0].value == "module"
	found[1].value in {"install", "enable"}
	loose := [word | some word in array.slice(found, 2, count(found)); not contains(word.value, ":")]
	count(loose) > 0
}

# name-version, name-version-release, a file or a group
pinned(word) if regex.match(`-[0-9][^-]*(-[0-9][^-]*)?$|\.rpm$|^@|/`, word.value)

# What a variable holds may have a version.
pinned(word) if not word.literal
