# METADATA
# title: A build flag that does nothing any more
# description: |
#   `-a` rebuilds the standard library each time and `-installsuffix cgo` puts it in a folder of its own: both worked around caches that
#   Go has not had since 1.10. Today they only make the build slow.
# custom:
#   severity: note
#   category: clarity
#   needs: [go build]
#   since: 0.1.0
package plimline.rules["obsolete-build-flag"]

import data.plimline.lib

findings contains lib.mended(lib.at(flag, message), without(build, flag)) if {
	some build in input.builds
	some flag in build.flags
	message := obsolete[flag.name]
}

obsolete := {
	"a": "-a rebuilds everything and is of no use since Go 1.10",
	"installsuffix": "-installsuffix is of no use since Go 1.10",
}

# The words of the flag, and the blanks before them.
without(build, flag) := lib.fix(sprintf("Leave -%s out", [flag.name]), [lib.edit([before.span[1], last.span[1]], "")]) if {
	some command in input.commands
	command.span == build.span
	some i, word in command.words
	trim_left(word.text, "-") == flag.name
	last := last_word(command, i, flag.name)
	before := command.words[i - 1]
	word.span[0] - before.span[1] < 12
} else := null

last_word(command, i, "a") := command.words[i]

last_word(command, i, "installsuffix") := command.words[i + 1]
