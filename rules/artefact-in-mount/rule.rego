# METADATA
# title: The program is written into a mount
# description: |
#   What a RUN writes to a cache or tmpfs mount is not part of the image: the COPY stops with `"/src/bin/app": not found`.
#   Write the program to a folder outside of the mount.
# custom:
#   severity: error
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["artefact-in-mount"]

import data.plimline.lib

findings contains finding if {
	some build in input.builds
	not build.conditional
	some mount in mounts(input.instructions[build.instruction])
	some output in build.outputs
	startswith(output, concat("", [mount.target, "/"]))
	some copy in input.copies
	copy.stage == build.stage
	some source in copy.sources
	source.path == output
	not copied_there(build, output)
	others := {other.index | some other in input.builds; output in other.outputs; other.index != build.index}
	count(others) == 0
	finding := lib.related(
		lib.at(source, sprintf("%s is written into a mount, which is not part of the image, so it is not found", [output])),
		mount.flag,
		"the mount",
	)
}

mounts(instruction) := [mount |
	some mount in lib.mounts(instruction)
	mount.type in {"cache", "tmpfs"}
]

# Something from elsewhere lies there too.
copied_there(build, output) if {
	some copy in input.copies
	copy.into in input.stages[build.stage].chain
	not copy.mount
	object.get(copy, ["dest", "path"], "/") == output
}
