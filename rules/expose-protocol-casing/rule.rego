# METADATA
# title: A protocol in capital letters
# description: |
#   `EXPOSE 80/TCP` is taken for 80/tcp today; the specification has lower case, and other tools compare it as it stands.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/expose-proto-casing/
# custom:
#   severity: note
#   set: all
#   category: style
#   aliases: [buildkit/ExposeProtoCasing]
#   needs: [EXPOSE]
#   since: 0.1.0
package plimline.rules["expose-protocol-casing"]

import data.plimline.lib

findings contains lib.mended(lib.at(arg, "protocols are written in lower case"), in_lower_case(arg)) if {
	some instruction in input.by.expose
	some arg in instruction.args
	protocol := split(arg.value, "/")[1]
	not contains(protocol, "$")
	protocol != lower(protocol)
}

in_lower_case(arg) := lib.fix("Write it in lower case", [lib.edit(arg.span, lower(arg.text))]) if {
	not contains(arg.text, "$")
} else := null
