# METADATA
# title: The final stage takes the program from the builder, and nothing else
# description: |
#   `COPY --from=builder /src .` ships the sources, the .git folder, the module cache and whatever else lies there, beside the
#   program. Copy the program by its path: `COPY --from=builder /src/app /app`.
#   A program that comes from the build context instead was built elsewhere, by something this file does not show.
# related_resources:
#   - https://docs.docker.com/build/building/multi-stage/
# custom:
#   severity: warning
#   category: security
#   since: 0.1.0
package plimline.policies["copy-from-builder"]

import data.plimline.lib

# More than the program.
findings contains lib.at(source, message) if {
	some copy in input.copies
	copy.into in lib.final_chain
	copy.kind == "stage"
	not copy.mount
	input.stages[copy.stage].toolchain
	some source in copy.sources
	message := taken(source)
}

# A builder that nothing is taken from. Where the file has several images to build, another one may take it.
findings contains lib.at(lib.final.from, message) if {
	count(programs) > 0
	every build in programs {
		build.final == "no"
	}
	not lib.final.base.kind in {"unknown", "context"}
	not taken_from_builder
	message := "nothing is copied from the stage that builds the program, so what it builds is not in the image"
}

programs contains build if {
	some build in input.builds
	not build.tool
}

taken_from_builder if {
	some copy in input.copies
	copy.kind == "stage"
	copy.stage in {build.stage | some build in programs}
}

taken_from_builder if count(lib.misnamed_copies) > 0

taken_from_builder if {
	some copy in input.copies
	copy.into in lib.final_chain
	copy.kind in {"stage", "unknown", "nothing"}
}

taken(source) := "this copies the builder's whole file system, compiler and sources included" if "root" in source.takes

taken(source) := sprintf("this copies the builder's whole work directory %s, sources included", [source.path]) if {
	"workdir" in source.takes
	not "root" in source.takes
}

taken(source) := sprintf("this copies the sources in %s", [source.path]) if {
	"sources" in source.takes
	not "root" in source.takes
	not "workdir" in source.takes
}

taken(source) := sprintf("this copies the Go toolchain or its caches in %s", [source.path]) if {
	"toolchain" in source.takes

	# An image of tools may want the toolchain.
	lib.ships_go
	not "root" in source.takes
	not "workdir" in source.takes
	not "sources" in source.takes
}
