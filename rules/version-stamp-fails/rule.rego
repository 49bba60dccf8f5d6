# METADATA
# title: git refuses to tell the revision, and the build stops
# description: |
#   `go build` writes the revision into the program when there is a .git. Here .git belongs to root and the build runs as somebody
#   else, so git refuses and the build stops: `error obtaining VCS status: exit status 128`. Give `-buildvcs=false`, copy with `--chown`,
#   or leave .git out with .dockerignore.
# custom:
#   severity: warning
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["version-stamp-fails"]

import data.plimline.lib

findings contains finding if {
	input.context.repository
	some build in lib.shipped_builds
	not build.conditional
	instruction := input.instructions[build.instruction]
	instruction.form == "shell"
	user := instruction.user
	user.state == "known"
	not user.value in {"root", "0", "0:0", "root:root", ""}
	root := input.stages[input.stages[build.stage].root].base
	root.familiar == "golang"
	root.libc == "glibc"
	some copy in input.copies
	copy.into in input.stages[build.stage].chain
	copy.kind == "main"
	not copy.mount
	some source in copy.sources
	source.path == "/"
	not owned(input.instructions[copy.instruction])
	not told(build)
	finding := lib.fixed(
		lib.related(
			lib.at({"span": build.go}, sprintf(".git belongs to root and this runs as %s, so git refuses to tell the revision and the build stops", [user.value])),
			copy,
			"copied here",
		),
		"Give -buildvcs=false", [lib.insert(build.go[1], " -buildvcs=false")],
	)
}

owned(instruction) if {
	some flag in instruction.flags
	flag.name == "chown"
}

told(build) if {
	some flag in build.flags
	flag.name == "buildvcs"
}

told(build) if {
	some text in lib.stage_texts(build.stage)
	regex.match(`safe\.directory|chown|rm .*\.git\b|buildvcs`, text)
}
