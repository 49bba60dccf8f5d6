# METADATA
# title: Both wget and curl
# description: |
#   Both do the same: one program less to install, and to look after.
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases:
#     - hadolint/DL4001
#     - trivy/DS-0014
#     - trivy/AVD-DS-0014
#     - kics/fc775e75-fcfb-4c98-b2f2-910c5858b359
#     - semgrep/use-either-wget-or-curl
#   needs: [wget, curl]
#   since: 0.1.0
package plimline.rules["wget-and-curl"]

import data.plimline.lib

findings contains lib.at(command.words[0], "the stage uses both wget and curl; one is enough") if {
	some stage in input.stages
	users := [command | some command in stage.commands; command.name in {"wget", "curl"}]
	some i, command in users
	count({name | some other in array.slice(users, 0, i + 1); name := other.name}) == 2
}
