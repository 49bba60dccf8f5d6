# METADATA
# title: Every platform gets the program of the builder
# description: |
#   `FROM --platform=$BUILDPLATFORM` runs the builder on the machine that builds, whatever is built for. Without GOARCH, `go build`
#   makes a program for that machine, and an image for another platform stops with `exec format error`.
#   Declare `ARG TARGETOS TARGETARCH` and build with `GOOS=$TARGETOS GOARCH=$TARGETARCH`.
# related_resources:
#   - https://docs.docker.com/build/building/multi-platform/#cross-compilation
# custom:
#   severity: error
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["builder-platform-only"]

import data.plimline.lib

findings contains finding if {
	some build in input.builds
	build.final == "yes"
	not build.tool
	stage := input.stages[build.stage]
	root := input.stages[stage.root]
	root.from.platform.text in {"$BUILDPLATFORM", "${BUILDPLATFORM}"}
	not build.arch
	not platform_in_sight(stage)
	not input.stages[lib.final.root].from.platform
	finding := lib.related(
		lib.at({"span": build.go}, "the program is for the machine that builds, whatever platform the image is for"),
		root.from.platform,
		"the builder runs on the machine that builds",
	)
}

# The platform is asked for somewhere in the stage: it may reach the build in a way that is not seen.
platform_in_sight(stage) if {
	some index in stage.chain
	some instruction in input.stages[index].instructions
	instruction.name in {"arg", "env", "run"}
	regex.match(`(TARGET(PLATFORM|OS|ARCH|VARIANT)|GOARCH|GOOS|xx-)`, object.get(instruction, ["body", "text"], ""))
}

platform_in_sight(stage) if {
	some index in stage.chain
	some instruction in input.stages[index].instructions
	some heredoc in instruction.heredocs
	regex.match(`(TARGET(PLATFORM|OS|ARCH|VARIANT)|GOARCH|GOOS|xx-)`, heredoc.content)
}
