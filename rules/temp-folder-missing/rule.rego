# METADATA
# title: The program needs /tmp, and the image has none
# description: |
#   `os.CreateTemp` fails with `open /tmp/app123: no such file or directory`. An empty image has no folders. Use distroless static,
#   which has /tmp, or make it with `WORKDIR /tmp`.
# custom:
#   severity: warning
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["temp-folder-missing"]

import data.plimline.lib

findings contains finding if {
	lib.final.base.class == "empty"
	some build in lib.shipped_builds
	temp := build.evidence.temp
	not made
	finding := lib.related(
		lib.at(lib.final.from, sprintf("%s (%s) needs /tmp, which %s lacks, so it fails", [temp.path, temp.file, lib.final.base.text])),
		{"span": build.go},
		"the program",
	)
}

made if lib.copied_to_final(`^/tmp(/|$)`)

# A copy of a whole tree may have it.
made if {
	some copy in input.copies
	copy.into in lib.final_chain
	object.get(copy, ["dest", "path"], "/") == "/"
	not lib.programs_only(copy)
	some source in copy.sources
	source.takes != ["artefact"]
}

made if {
	some instruction in array.concat(input.by.workdir, input.by.volume)
	instruction.stage in lib.final_chain
	some arg in instruction.args
	startswith(arg.value, "/tmp")
}

made if lib.final_env.TMPDIR
