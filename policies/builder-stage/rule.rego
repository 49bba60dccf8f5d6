# METADATA
# title: A Go program is built in a stage of its own
# description: |
#   An image that holds the Go toolchain and the sources is 300 to 800 MB instead of 10, takes that much longer to pull and
#   start, and gives whoever breaks in a compiler to work with. Build in one stage, and copy the
#   program into a small final one with `COPY --from`.
# related_resources:
#   - https://docs.docker.com/build/building/multi-stage/
# custom:
#   severity: warning
#   category: size
#   since: 0.1.0
package plimline.policies["builder-stage"]

import data.plimline.lib

# The program is built in what is shipped.
findings contains lib.related(lib.at({"span": build.go}, message), lib.final.from, "the image that is shipped") if {
	some build in built_in_final
	build.index == min([other.index | some other in built_in_final])
	message := "the program is built in the final stage, so the Go toolchain and the sources ship with it"
}

# The sources are run by the toolchain, or built by something this file does not show.
findings contains lib.at({"span": lib.final.toolchain}, message) if {
	count(built_in_final) == 0
	runs_go
	message := "the Go toolchain ships with the final stage"
}

built_in_final contains build if {
	some build in input.builds
	not build.tool
	build.stage in lib.final_chain
	lib.final.from
}

# The program is built in a stage of its own, and copied into an image with the toolchain all the same.
runs_go if {
	some build in input.builds
	build.final == "yes"
	not build.tool
}

# "go run" is what the container does.
runs_go if {
	some instruction in lib.started
	some command in instruction.commands
	command.name == "go"
}

# A program of its own sources on a Go image. An image of tools has no sources, or runs a shell.
runs_go if {
	lib.final.base.class == "toolchain"
	some instruction in lib.started
	some command in instruction.commands
	not command.name in {"sh", "bash", "ash", "make", "tail", "sleep"}
	some copy in input.copies
	copy.into in lib.final_chain
	copy.kind == "main"
	not copy.mount
	some source in copy.sources
	is_source(source.path)
}

# golang:onbuild copies and builds by itself.
runs_go if {
	lib.final.base.name == "golang"
	endswith(lib.final.base.tag, "onbuild")
}

is_source("/")

is_source(path) if endswith(path, ".go")

is_source(path) if endswith(path, "/go.mod")
