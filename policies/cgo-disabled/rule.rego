# METADATA
# title: Go programs are built with CGO_ENABLED=0
# description: |
#   With cgo, a program that uses the network or looks up users is linked to the builder's C library, and does not start in an
#   image that has another one or none: `exec /app: no such file or directory`. Whether cgo is on depends on whether the builder
#   happens to have a C compiler and on the platform, so an image may work today and fail tomorrow, or on arm64 only.
#   `CGO_ENABLED=0` gives one static program that runs in any image.
#
#   A program that cannot do without cgo is exempt: its sources have a package of C code alone, or import one that is known to be (SQLite,
#   librdkafka, ...); it is built for FIPS, as a shared library or a plugin, or with `-race`.
# related_resources:
#   - https://pkg.go.dev/cmd/cgo
# custom:
#   severity: warning
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.policies["cgo-disabled"]

import data.plimline.lib

findings contains finding if {
	some build in shipped
	build.final == "yes"
	message := violation(build)
	finding := mended(build, because(build, lib.at({"span": build.go}, message)))
}

# What cannot be told is reported on request.
findings contains finding if {
	some build in shipped
	build.cgo.state in {"caller", "unknown"}
	finding := because(build, lib.unknown({"span": build.go}, sprintf("whether cgo is off cannot be told: %s", [build.cgo.decision])))
}

findings contains lib.unknown({"span": build.go}, message) if {
	some build in shipped
	build.final == "unknown"
	message := sprintf("%s; whether the program reaches the final image cannot be told", [violation(build)])
}

shipped contains build if {
	some build in input.builds
	not build.tool
	not build.exempt
	not build.evidence.needs_cgo
	build.final != "no"
}

violation(build) := "CGO_ENABLED=1 is set" if build.cgo.state == "1"

violation(build) := sprintf("CGO_ENABLED=0 is not set; %s", [build.cgo.decision]) if {
	build.cgo.state in {"default-on", "default-off", "default", "varies-by-platform"}
}

# Shows what decided it, when something did.
because(build, finding) := lib.related(finding, build.cgo, build.cgo.decision) if build.cgo.span != build.span

because(build, finding) := finding if build.cgo.span == build.span

# Without C in the sources the program does the same.
mended(build, finding) := lib.fixed(finding, "Set CGO_ENABLED=0", [lib.insert(build.go[0], "CGO_ENABLED=0 ")]) if {
	settable(build)
	build.evidence.complete
	not build.evidence.cgo
} else := lib.risky(finding, "Set CGO_ENABLED=0; a package with C in it may not compile then", [lib.insert(build.go[0], "CGO_ENABLED=0 ")]) if {
	settable(build)
} else := finding

# A variable can stand in front of the command, and nothing sets it yet.
settable(build) if {
	build.cgo.state != "1"
	instruction := input.instructions[build.instruction]
	instruction.form == "shell"
	some command in instruction.commands
	command.span == build.span
	command.wrappers == []
	not regex.match(`^(xargs|find)$`, command.name)
}
