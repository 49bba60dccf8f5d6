# METADATA
# title: npm installs whatever version is newest
# description: |
#   Two builds of the same file install different versions, and one day the newest breaks the build or the program. Name the version.
# custom:
#   severity: note
#   set: strict
#   category: reproducibility
#   aliases: [hadolint/DL3016, kics/e36d8880-3f78-4546-b9a1-12f0745ca0d5]
#   differs:
#     - >-
#       hadolint (DL3016) takes `name@latest` for a version, and values of options for packages.
#   needs: [npm]
#   since: 0.1.0
package plimline.rules["unpinned-npm-package"]

import data.plimline.lib

findings contains lib.unpinned(loose) if {
	some install in lib.installs("npm")
	loose := [word | some word in install.packages; not pinned(word.value); word.literal]
	count(loose) > 0
}

# name@version, but not name@latest.
pinned(value) if {
	regex.match(`^.[^@]*@`, value)
	not regex.match(`@(latest|next)$`, value)
	not git(value)
}

# A file or a folder.
pinned(value) if regex.match(`^[./~]|\.(tgz|tar|tar\.gz)$`, value)

pinned(value) if {
	contains(value, "://")
	not git(value)
}

pinned(value) if {
	git(value)
	contains(value, "#")
}

git(value) if regex.match(`^git(\+[a-z]+)?:|^git\+|\.git$`, value)
