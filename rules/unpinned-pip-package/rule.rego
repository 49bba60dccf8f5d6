# METADATA
# title: pip installs whatever version is newest
# description: |
#   Two builds of the same file install different versions, and one day the newest breaks the build or the program. Name the version.
# custom:
#   severity: note
#   set: strict
#   category: reproducibility
#   aliases: [hadolint/DL3013, kics/02d9c71f-3ee8-4986-9c27-1a20d0d19bfc]
#   needs: ["pip*", "python*"]
#   since: 0.1.0
package plimline.rules["unpinned-pip-package"]

import data.plimline.lib

findings contains lib.unpinned(loose) if {
	some install in array.concat(lib.pip_installs, lib.installs("pipx"))
	not lib.has_flag(install.command, {"-c", "--constraint", "-r", "--requirement"})
	loose := [word | some word in install.packages; not pinned(word.value); word.literal]
	count(loose) > 0
}

pinned(value) if {
	regex.match(`[=<>~!]`, value)
	not startswith(value, "git+")
}

# A branch, tag or commit, or a direct reference: name @ url.
pinned(value) if {
	startswith(value, "git+")
	regex.match(`[^/]@[^/]*$`, regex.replace(value, `^git\+[a-z]+://[^/]*@`, "//"))
}

# A file, a folder or an address.
pinned(value) if {
	regex.match(`/|^\.|@|\.(whl|zip|tgz|tar|gz|bz2|xz)$`, value)
	not startswith(value, "git+")
}
