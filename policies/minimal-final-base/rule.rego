# METADATA
# title: The final image of a Go program is minimal
# description: |
#   A static Go program needs nothing but itself, and perhaps CA certificates and time zones. A full distribution around it
#   adds 30 to 120 MB to pull, a shell and a package manager to attack, and other people's vulnerabilities to patch.
#   Which images count as minimal is a parameter: `policies: {minimal-final-base: {allow: [...]}}`. An image that is neither on the list nor known to
#   plimline is a finding with `only-listed: true`, and unknown without.
# related_resources:
#   - https://github.com/GoogleContainerTools/distroless
# custom:
#   severity: warning
#   category: size
#   since: 0.1.0
package plimline.policies["minimal-final-base"]

import data.plimline.lib

findings contains lib.through(root.from, message) if {
	lib.ships_go
	root.base.kind == "image"
	not root.toolchain
	not root.base.class in {"windows", "unknown"}
	not allowed
	message := sprintf("%s is not a minimal image: all of it is pulled and has to be patched along with the program", [root.base.text])
}

findings contains finding if {
	lib.ships_go
	root.base.class == "unknown"
	not allowed
	finding := not_listed
}

not_listed := lib.through(root.from, message) if {
	root.base.kind == "image"
	parameters["only-listed"]
	message := sprintf("%s is not on the list of minimal images", [root.base.text])
} else := lib.unknown(root.from, sprintf("whether %s is minimal cannot be told", [root.base.text]))

parameters := data.plimline.parameters["minimal-final-base"]

# The stage whose FROM decides what is shipped.
root := input.stages[lib.final.root]

allowed if {
	some pattern in parameters.allow
	glob.match(pattern, null, subject(pattern))
}

subject(pattern) := root.base.familiar if contains(pattern, "/")

subject(pattern) := root.base.name if not contains(pattern, "/")
