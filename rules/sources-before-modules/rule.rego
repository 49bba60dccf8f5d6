# METADATA
# title: Every change to the sources downloads all modules again
# description: |
#   Everything is copied before the modules are downloaded, so the download is in no layer that a later build can reuse.
#   Copy `go.mod` and `go.sum` first, run `go mod download`, and copy the sources then; or keep the modules in a cache mount.
# related_resources:
#   - https://docs.docker.com/build/cache/
# custom:
#   severity: warning
#   set: strict
#   category: performance
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["sources-before-modules"]

import data.plimline.lib

findings contains finding if {
	some build in input.builds
	build.final != "no"
	not build.tool
	not vendored(build)
	chain := input.stages[build.stage].chain
	some copy in input.copies
	copy.into in chain
	copy.kind == "main"
	not copy.mount
	some source in copy.sources
	source.path == "/"
	copy.instruction < build.instruction
	not modules_before(chain, copy.instruction)
	not any_cache(chain)
	message := "every change to the sources downloads all modules again; copy go.mod and go.sum and download them first"
	finding := before(build, copy, lib.at({"span": copy.span}, message))
}

before(build, copy, finding) := lib.fixed(finding, "Copy go.mod and go.sum first, and download the modules", [lib.modules_first(build, copy)])

before(build, copy, finding) := finding if not lib.modules_first(build, copy)

modules_before(chain, index) if {
	some command in input.commands
	command.name == "go"
	command.args[0] in {"mod", "get", "build", "install"}
	command.stage in chain
	command.instruction < index
	not contains(concat(" ", command.args), "@")
}

modules_before(chain, index) if {
	some instruction in input.by.run
	instruction.stage in chain
	instruction.opaque
	instruction.index < index
}

any_cache(chain) if {
	some instruction in input.by.run
	instruction.stage in chain
	count(lib.cache_mounts(instruction)) > 0
}

vendored(build) if build.evidence.vendored

# Without modules nothing is downloaded.
vendored(build) if {
	some text in lib.stage_texts(build.stage)
	contains(text, "GO111MODULE=off")
}

vendored(build) if {
	some copy in input.copies
	copy.into in input.stages[build.stage].chain
	startswith(object.get(copy, ["dest", "path"], ""), "/go/src")
}

vendored(build) if {
	some flag in build.flags
	flag.name == "mod"
	flag.value == "vendor"
}
