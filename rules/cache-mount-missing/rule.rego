# METADATA
# title: The build cache is thrown away
# description: |
#   Without a cache mount each change compiles the whole program and the standard library again.
#   `RUN --mount=type=cache,target=/root/.cache/go-build --mount=type=cache,target=/go/pkg/mod go build ...` keeps both caches (BuildKit).
# related_resources:
#   - https://docs.docker.com/build/cache/optimize/#use-cache-mounts
# custom:
#   severity: note
#   set: strict
#   category: performance
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["cache-mount-missing"]

import data.plimline.lib

findings contains lib.mended(lib.at({"span": build.go}, "each change compiles everything again; a cache mount at /root/.cache/go-build keeps what is compiled"), mounting(build)) if {
	some build in input.builds
	build.final != "no"
	not build.tool
	count(lib.cache_mounts(input.instructions[build.instruction])) == 0
}

# The cache of root, in an image where it is where Go puts it.
mounting(build) := lib.fix("Mount the build cache", [lib.insert(instruction.keyword.span[1], " --mount=type=cache,target=/root/.cache/go-build")]) if {
	instruction := input.instructions[build.instruction]
	instruction.form == "shell"
	not instruction.user
	input.stages[input.stages[build.stage].root].base.familiar == "golang"
	every text in lib.stage_texts(build.stage) {
		not regex.match(`GOCACHE|XDG_CACHE_HOME|\bHOME\b`, text)
	}

	# One finding of a RUN brings it.
	first := [other.index | some other in input.builds; other.instruction == build.instruction][0]
	first == build.index
} else := null
