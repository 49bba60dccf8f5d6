# METADATA
# title: Several files are copied to one
# description: |
#   With more than one source the destination must be a folder and end with a slash. BuildKit stops: `When using COPY with more than one source
#   file, the destination must be a directory and end with a /`.
# custom:
#   severity: error
#   category: correctness
#   aliases:
#     - hadolint/DL3021
#     - trivy/DS-0011
#     - trivy/AVD-DS-0011
#     - kics/6db6e0c2-32a3-4a2e-93b5-72c35f4119db
#   needs: [COPY, ADD]
#   since: 0.1.0
package plimline.rules["copy-destination-no-folder"]

import data.plimline.lib

findings contains lib.mended(lib.at(dest, "with more than one source this must be a folder and end with /"), folder(dest)) if {
	some instruction in array.concat(array.concat(input.by.copy, input.by.add), [i | some i in input.by.onbuild; i.name in {"copy", "add"}])
	count(instruction.args) > 2
	dest := instruction.args[count(instruction.args) - 1]
	dest.state == "known"
	not regex.match(`[/\\]$|^\.\.?$|/\.\.?$`, dest.value)
}

folder(dest) := lib.fix("Write / behind it", [lib.insert(dest.span[1], "/")]) if {
	not regex.match(`["']`, dest.text)
} else := null
