# METADATA
# title: go install puts programs for other platforms elsewhere
# description: |
#   For the builder's own platform `go install` writes `/go/bin/app`, for another `/go/bin/linux_arm64/app`, and with GOBIN set it
#   refuses. With a builder on `$BUILDPLATFORM` the image for one platform builds and for another does not:
#   `"/go/bin/app": not found`. Use `go build -o`.
# custom:
#   severity: error
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["cross-install-path"]

import data.plimline.lib

findings contains finding if {
	some build in input.builds
	build.kind == "install"
	build.cross == "varies"
	some copy in input.copies
	copy.stage == build.stage
	not copy.mount
	some source in copy.sources
	not source.glob
	regex.match(`^(/go|/root/go)/bin/[^/]+$`, source.path)
	not moved(build, source.path)
	finding := lib.related(
		lib.at(source, "for another platform than the builder's, go install writes below a folder of that platform, so this is not found"),
		{"span": build.go},
		"the program is installed here",
	)
}

# Something else in the stage writes or moves it.
moved(build, path) if {
	some command in input.stages[build.stage].commands
	command.name in {"mv", "cp", "ln", "install", "find"}
	some word in command.words
	contains(word.value, "/bin")
	path != ""
}
