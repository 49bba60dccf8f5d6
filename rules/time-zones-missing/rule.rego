# METADATA
# title: A time zone is used, and the image has no time zone data
# description: |
#   `time.LoadLocation` fails with `unknown time zone Europe/Prague`, and the TZ variable is taken for UTC without a word.
#   Build with `-tags timetzdata` (0.4 MB), install tzdata, or copy the builder's `/usr/share/zoneinfo`.
# custom:
#   severity: warning
#   category: correctness
#   since: 0.1.0
package plimline.rules["time-zones-missing"]

import data.plimline.lib

findings contains finding if {
	lacking
	some build in lib.shipped_builds
	zone := build.evidence.zone
	not in_program(build)
	finding := lib.related(
		lib.at(lib.final.from, sprintf("%s (%s) needs time zone data, which %s lacks, so it fails", [zone.path, zone.file, lib.final.base.text])),
		{"span": build.go},
		"the program",
	)
}

findings contains lib.at(pair, message) if {
	lacking
	pair := zone_variable
	count(lib.shipped_builds) == 0
	not lib.ships_go
	message := sprintf("%s has no time zone data, so this is taken for UTC", [lib.final.base.text])
}

# A Go program may bring its own.
findings contains finding if {
	lacking
	pair := zone_variable
	some build in lib.shipped_builds
	not in_program(build)
	finding := by_variable(build, pair)
}

by_variable(build, pair) := lib.at(pair, sprintf("%s has no time zone data, so the program takes this for UTC", [lib.final.base.text])) if {
	build.evidence.complete
} else := lib.unknown(pair, sprintf("%s has no time zone data; unless the program brings its own, it takes this for UTC", [lib.final.base.text]))

zone_variable := pair if {
	variable := lib.final_env.TZ
	regex.match(`^[A-Z][A-Za-z]+/[A-Z]`, variable.value)
	some pair in input.instructions[variable.instruction].pairs
	pair.key.text == "TZ"
}

lacking if {
	lib.final.base.zones == "no"
	not lib.copied_to_final(`^/$|^/usr(/share)?/?$|zoneinfo|tzdata|^/etc(/localtime)?/?$`)
	not lib.run_in_final(`tzdata|zoneinfo|localtime`)
	not lib.final_env.ZONEINFO
}

in_program(build) if build.evidence.zones

in_program(build) if lib.tagged(build, "timetzdata")
