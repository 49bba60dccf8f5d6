# METADATA
# title: The whole distribution is upgraded
# description: |
#   `zypper dist-upgrade` changes every package of the base image, and what comes out depends on the day. Take a newer base image.
# custom:
#   severity: warning
#   category: reproducibility
#   aliases: [hadolint/DL3035]
#   needs: [zypper]
#   since: 0.1.0
package plimline.rules["zypper-dist-upgrade"]

import data.plimline.lib

findings contains lib.at(command, "every package of the base image changes with the day of the build; use a newer base image") if {
	some command in lib.runs("zypper")
	some arg in command.args
	arg in {"dist-upgrade", "dup"}
}
