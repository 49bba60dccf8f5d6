# METADATA
# title: EXPOSE with an address or a host port
# description: |
#   EXPOSE names ports of the container. An address or a port of the host in front, as `docker run --publish` has them, is left out without a
#   word.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/expose-invalid-format/
# custom:
#   severity: warning
#   category: correctness
#   aliases: [buildkit/ExposeInvalidFormat]
#   needs: [EXPOSE]
#   since: 0.1.0
package plimline.rules["expose-host-port"]

import data.plimline.lib

findings contains lib.mended(lib.at(arg, "EXPOSE names ports of the container; what is before the last colon is ignored"), port_alone(arg)) if {
	some instruction in input.by.expose
	some arg in instruction.args
	contains(regex.replace(arg.value, `\$\{[^}]*\}`, ""), ":")
}

port_alone(arg) := lib.fix(sprintf("Write %s", [port]), [lib.edit(arg.span, port)]) if {
	not regex.match(`[$"']`, arg.text)
	parts := split(arg.text, ":")
	port := parts[count(parts) - 1]
} else := null
