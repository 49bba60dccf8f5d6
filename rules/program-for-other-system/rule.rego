# METADATA
# title: The program is for another operating system
# description: |
#   GOOS says which system a program is for. A Linux container stops with `exec format error` when its program is for Windows or macOS.
# custom:
#   severity: error
#   category: correctness
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["program-for-other-system"]

import data.plimline.lib

findings contains finding if {
	lib.final.base.class != "windows"
	not other_platform
	entry := lib.final.entry
	some copy in input.copies
	copy.into in lib.final_chain
	not copy.mount
	some source in copy.sources
	count(source.builds) == 1
	build := input.builds[source.builds[0]]
	build.os in {"windows", "darwin", "freebsd", "openbsd", "netbsd", "js", "wasip1", "plan9", "solaris", "aix", "android", "ios"}
	not build.conditional
	source.path in build.outputs
	entry.path in {copy.dest.path, concat("/", [trim_suffix(copy.dest.path, "/"), regex.find_n(`[^/]+$`, source.path, 1)[0]])}
	finding := lib.related(lib.at(entry, sprintf("this program is for %s, so it does not start", [build.os])), {"span": build.span}, "built here")
}

other_platform if {
	platform := input.stages[lib.final.root].from.platform
	not startswith(platform.value, "linux")
}
