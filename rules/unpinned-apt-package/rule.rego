# METADATA
# title: apt installs whatever version is newest
# description: |
#   Two builds of the same file install different versions, and one day the newest breaks the build or the program.
#   Name the version, or build from a base image pinned by digest with a snapshot of the package archive. Distributions remove old
#   versions, so a pinned build fails when its version is gone: that is why this is not in the default set.
# custom:
#   severity: note
#   set: strict
#   category: reproducibility
#   aliases: [hadolint/DL3008, kics/965a08d7-ef86-4f14-8792-4a3b2098937e]
#   differs:
#     - >-
#       hadolint (DL3008) does not look at `apt install`, and takes a package list in a variable for one package without a version.
#   needs: [apt-get, apt, aptitude]
#   since: 0.1.0
package plimline.rules["unpinned-apt-package"]

import data.plimline.lib

findings contains lib.unpinned(loose) if {
	some name in {"apt-get", "apt", "aptitude"}
	some install in lib.installs(name)
	loose := [word | some word in install.packages; not pinned(word)]
	count(loose) > 0
}

pinned(word) if contains(word.value, "=")

# A file, or a package of a named release.
pinned(word) if contains(word.value, "/")

pinned(word) if endswith(word.value, ".deb")

# What a variable holds may have a version.
pinned(word) if not word.literal
