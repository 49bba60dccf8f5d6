# METADATA
# title: A suppression in another tool's words
# description: |
#   hadolint's and Trivy's comments work here too. This is for those who want all suppressions to be plimline's.
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases: [hadolint/DL1001]
#   since: 0.1.0
package plimline.rules["foreign-ignore"]

import data.plimline.lib

findings contains lib.at(comment, "this suppresses findings in another tool's words") if {
	some comment in input.comments
	regex.match(`(?i)^\s*(hadolint\s+(global\s+|stage\s+)?ignore\s*=|trivy:ignore|checkov:skip|kics-scan\s+ignore|nosemgrep)`, comment.text)
}
