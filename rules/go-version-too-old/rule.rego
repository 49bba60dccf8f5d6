# METADATA
# title: The toolchain is older than go.mod asks for
# description: |
#   The official images set `GOTOOLCHAIN=local`, so the go command does not fetch a newer toolchain and the build stops:
#   `go: go.mod requires go >= 1.26.1 (running go 1.25.3; GOTOOLCHAIN=local)`.
# related_resources:
#   - https://go.dev/doc/toolchain
# custom:
#   severity: error
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["go-version-too-old"]

import data.plimline.lib

findings contains lib.at(root.from, message) if {
	some build in input.builds
	wanted := build.evidence.go_version
	root := input.stages[input.stages[build.stage].root]
	root.base.familiar == "golang"
	not other_toolchain(build)
	tag := split(root.base.tag, "-")[0]
	regex.match(`^[0-9]+\.[0-9]+(\.[0-9]+)?$`, tag)
	regex.match(`^[0-9]+\.[0-9]+(\.[0-9]+)?$`, wanted)

	# Before 1.21 the go line was advice.
	minor(tag) >= 21
	minor(wanted) >= 21
	older(tag, wanted)
	message := sprintf("go.mod asks for Go %s, so the build stops with Go %s", [wanted, tag])
}

minor(version) := to_number(split(version, ".")[1])

patch(version) := to_number(split(version, ".")[2])

older(have, want) if minor(have) < minor(want)

older(have, want) if {
	minor(have) == minor(want)
	patch(have) < patch(want)
}

# Something sets GOTOOLCHAIN, or the sources are vendored elsewhere.
other_toolchain(build) if {
	some index in input.stages[build.stage].chain
	some instruction in input.stages[index].instructions
	contains(object.get(instruction, ["body", "text"], ""), "GOTOOLCHAIN")
}
