# METADATA
# title: The build wants a vendor folder, and there is none
# description: |
#   With `-mod=vendor` the build stops without a vendor folder: `go: inconsistent vendoring`. It is not in the
#   build context, or .dockerignore leaves it out.
# custom:
#   severity: error
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["vendor-folder-missing"]

import data.plimline.lib

findings contains lib.at(flag, "there is no vendor folder in the build context, so the build stops") if {
	some build in lib.shipped_builds
	not build.conditional
	build.evidence.requires > 0
	not build.evidence.vendored
	some flag in build.flags
	flag.name == "mod"
	flag.value == "vendor"
	not made(build)
}

made(build) if {
	some text in lib.stage_texts(build.stage)
	regex.match(`(mod|work) vendor|\bcp\b|\bmv\b|\bln\b|git clone|\bmake\b|\.sh\b`, text)
}

made(build) if {
	some copy in input.copies
	copy.into in input.stages[build.stage].chain
	some place in array.concat([copy.dest], copy.sources)
	contains(place.value, "vendor")
}

made(build) if {
	some copy in input.copies
	copy.into in input.stages[build.stage].chain
	copy.kind != "main"
}
