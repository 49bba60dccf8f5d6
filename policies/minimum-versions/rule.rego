# METADATA
# title: An image older than the oldest version in use
# description: |
#   A compiler or a runtime that everybody else has left behind is one more to patch and to test with. The oldest version that may be used is
#   compared with the numbers at the beginning of the tag, as far as both go: `1` and `latest` are the newest of theirs, and a name such as
#   `bookworm` is not compared.
# custom:
#   severity: warning
#   category: operation
#   needs-parameters: [versions]
#   since: 0.1.0
package plimline.policies["minimum-versions"]

import data.plimline.lib

findings contains lib.mended(lib.through(found.at, message), newer(found, version, oldest)) if {
	some found in lib.images
	some pattern, wanted in data.plimline.parameters["minimum-versions"].versions
	lib.image_matches(found.image, [pattern])
	oldest := sprintf("%v", [wanted])
	version := regex.find_n(`^v?[0-9]+(\.[0-9]+)*`, found.image.tag, 1)[0]
	older(parts_of(version), parts_of(oldest))
	message := sprintf("%s is older than %s, the oldest version in use", [found.image.text, oldest])
}

findings contains lib.unknown(found.at, sprintf("whether %s is as new as %v cannot be told", [found.image.text, wanted])) if {
	some found in lib.images
	some pattern, wanted in data.plimline.parameters["minimum-versions"].versions
	lib.image_matches(found.image, [pattern])
	startswith(object.get(found.image, "tag", ""), "$")
}

parts_of(version) := [to_number(part) | some part in split(trim_prefix(version, "v"), ".")]

# The first number that differs is smaller.
older(version, oldest) if {
	differing := [i | some i, n in version; n != oldest[i]]
	version[differing[0]] < oldest[differing[0]]
}

newer(found, version, oldest) := lib.risky_fix(sprintf("Write %s; there has to be such a tag", [oldest]), [lib.edit([start, start + count(version)], oldest)]) if {
	start := found.image.tag_span[0]
	not found.image.digest
	not startswith(version, "v")
} else := null
