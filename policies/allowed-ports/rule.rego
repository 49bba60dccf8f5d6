# METADATA
# title: A port that is not allowed
# description: |
#   Load balancers, meshes and firewalls expect services on certain ports, and a program that is not root gets none below 1024 on some systems.
#   What EXPOSE names is what they are told.
# related_resources:
#   - https://docs.docker.com/reference/dockerfile/#expose
# custom:
#   severity: warning
#   category: operation
#   needs: [EXPOSE]
#   needs-parameters: [ports]
#   since: 0.1.0
package plimline.policies["allowed-ports"]

import data.plimline.lib

findings contains lib.at(port, message) if {
	some port in exposed
	[ends, protocol] := parts(port.value)
	not allowed(ends, protocol)
	message := sprintf("port %s is not among those allowed: %s", [port.value, concat(", ", [sprintf("%v", [item]) | some item in ports])])
}

findings contains lib.unknown(port, sprintf("which port %s is cannot be told", [port.text])) if {
	some port in exposed
	not parts(port.value)
}

ports := data.plimline.parameters["allowed-ports"].ports

exposed := [port |
	ports != []
	some instruction in input.by.expose
	instruction.stage in lib.final_chain
	some port in instruction.args
]

# The ends of a range, and the protocol.
parts(text) := [lib.bounds(halves[0]), halves[1]] if {
	halves := split(with_protocol(lower(text)), "/")
	lib.bounds(halves[0])
}

with_protocol(text) := text if contains(text, "/")

with_protocol(text) := sprintf("%s/tcp", [text]) if not contains(text, "/")

# An item without a protocol is for all.
allowed(ends, protocol) if {
	some item in ports
	halves := split(lower(sprintf("%v", [item])), "/")
	every other in array.slice(halves, 1, 2) {
		other == protocol
	}
	every end in ends {
		lib.in_ranges(end, [halves[0]])
	}
}
