# METADATA
# title: The final image of a Go program is minimal
# description: |
#   A static Go program needs nothing but itself, and perhaps CA certificates and time zones. A full distribution around it
#   adds 30 to 120 MB to pull, a shell and a package manager to attack, and other people's vulnerabilities to patch.
#   Which images count as minimal is a parameter: `policies: {minimal-final-base: {allow: [...]}}`.
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
	root.base.class != "windows"
	not allowed
	message := sprintf("%s is not a minimal image: all of it is pulled and has to be patched along with the program", [root.base.text])
}

findings contains lib.unknown(root.from, message) if {
	lib.ships_go
	root.base.kind == "unknown"
	root.from.state != "known"
	not allowed
	message := sprintf("whether %s is minimal cannot be told", [root.base.text])
}

# The stage whose FROM decides what is shipped.
root := input.stages[lib.final.root]

allowed if {
	some pattern in data.plimline.parameters["minimal-final-base"].allow
	glob.match(pattern, null, subject(pattern))
}

subject(pattern) := root.base.familiar if contains(pattern, "/")

subject(pattern) := root.base.name if not contains(pattern, "/")
