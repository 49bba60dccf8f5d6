# METADATA
# title: No such port
# description: |
#   Ports go from 1 to 65535. BuildKit writes down what stands here, and starting a container that publishes it fails: `invalid port`.
# custom:
#   severity: error
#   category: correctness
#   aliases:
#     - hadolint/DL3011
#     - trivy/DS-0008
#     - trivy/AVD-DS-0008
#     - kics/71bf8cf8-f0a1-42fa-b9d2-d10525e0a38e
#     - semgrep/invalid-port
#   needs: [EXPOSE]
#   since: 0.1.0
package plimline.rules["port-out-of-range"]

import data.plimline.lib

findings contains lib.at(arg, sprintf("%s is not a port: ports go from 1 to 65535", [port])) if {
	some instruction in array.concat(input.by.expose, [i | some i in input.by.onbuild; i.name == "expose"])
	some arg in instruction.args
	arg.state == "known"
	some port in regex.find_n(`[0-9]+`, regex.replace(split(arg.value, "/")[0], `^.*:`, ""), -1)
	to_number(port) > 65535
}
