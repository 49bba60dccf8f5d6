# METADATA
# title: ENTRYPOINT or CMD names a file that is not there
# description: |
#   The container does not start: `exec: "/server": stat /server: no such file or directory`. It is reported only for images
#   whose every file is known: FROM scratch or a static base, filled with programs built in this file.
# custom:
#   severity: error
#   category: correctness
#   since: 0.1.0
package plimline.rules["entrypoint-missing"]

import data.plimline.lib

findings contains finding if {
	stage := lib.final
	stage.entry.exists == "no"
	finding := lib.at(stage.entry, sprintf("the image has no %s%s", [stage.entry.path, hint]))
}

hint := sprintf("; the program is copied to %s", [concat(", ", places)]) if count(places) > 0

hint := "" if count(places) == 0

places contains copy.dest.path if {
	some copy in input.copies
	copy.into in lib.final_chain
	not copy.mount
	some source in copy.sources
	"artefact" in source.takes
}
