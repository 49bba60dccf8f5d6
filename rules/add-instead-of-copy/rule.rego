# METADATA
# title: ADD where COPY does
# description: |
#   ADD does more than COPY: it unpacks archives and downloads addresses. For plain files it does the same, until one of
#   them becomes an archive. COPY says what is meant.
# related_resources:
#   - https://docs.docker.com/build/building/best-practices/#add-or-copy
# custom:
#   severity: warning
#   category: clarity
#   aliases:
#     - hadolint/DL3020
#     - trivy/DS-0005
#     - trivy/AVD-DS-0005
#     - checkov/CKV_DOCKER_4
#     - kics/9513a694-aa0d-41d8-be61-3271e056f36b
#     - semgrep/prefer-copy-over-add
#   differs:
#     - >-
#       hadolint (DL3020) flags `ADD $VAR` and sources by git or ssh, which COPY cannot take.
#   needs: [ADD]
#   since: 0.1.0
package plimline.rules["add-instead-of-copy"]

import data.plimline.lib

findings contains lib.fixed(lib.at(instruction.keyword, message), "Write COPY", [lib.edit(instruction.keyword.span, copy_as(instruction))]) if {
	some instruction in input.by.add
	instruction.heredocs == []
	every flag in instruction.flags {
		flag.name in {"chown", "chmod", "link", "exclude"}
	}
	some last in [count(instruction.args) - 1]
	last > 0
	every source in array.slice(instruction.args, 0, last) {
		plain(source.value)
	}
	message := sprintf("ADD does no more than COPY for %s", [instruction.args[0].text])
}

# No address, no archive, and no variable that may hold one.
plain(source) if {
	not regex.match(`(?i)(^[a-z][a-z0-9+.-]*://|^git@|\.git(#.*)?$|\$|\.(tar|tgz|tbz2?|txz|tlz|tzst|gz|bz2|xz|lzma|zst|z)$|\.(tar|t)\.?[*]|[*]$)`, source)
}

plain("*")

copy_as(instruction) := "copy" if {
	instruction.keyword.text == "add"
} else := "COPY"
