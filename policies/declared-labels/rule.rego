# METADATA
# title: A label that nobody agreed on
# description: |
#   A misspelt label is not an error anywhere: nothing finds it. With a list of the labels in use, others are reported.
# custom:
#   severity: note
#   category: operation
#   aliases: [hadolint/DL3050]
#   needs: [LABEL]
#   needs-parameters: [labels]
#   since: 0.1.0
package plimline.policies["declared-labels"]

import data.plimline.lib

findings contains lib.at(pair.key, sprintf("%s is not among the labels in use", [name])) if {
	labels := data.plimline.parameters["declared-labels"].labels
	count(labels) > 0
	some instruction in input.by.label
	some pair in instruction.pairs
	name := trim(pair.key.text, `"'`)
	not name in labels
}
