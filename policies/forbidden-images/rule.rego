# METADATA
# title: An image that is not to be used any more
# description: |
#   Images come to an end: no more fixes, another licence, an owner who has left. A list says which, why, and what takes their place, and
#   `plimline fix --unsafe-fixes` writes that where the image is named without variables. It covers FROM, COPY --from, RUN --mount and `# syntax=`.
# custom:
#   severity: error
#   category: security
#   security-severity: "5.0"
#   needs-parameters: [images]
#   since: 0.1.0
package plimline.policies["forbidden-images"]

import data.plimline.lib

findings contains lib.mended(lib.through(found.at, message), replacement(found, entry)) if {
	some pattern, entry in images
	some found in lib.images
	lib.named(found.image)
	lib.image_matches(found.image, [pattern])
	message := lib.with_reason(sprintf("%s is not to be used any more", [found.image.text]), why(entry))
}

findings contains lib.unknown(found.at, sprintf("whether %s is one that is not to be used any more cannot be told", [found.image.text])) if {
	count(images) > 0
	some found in lib.images
	not lib.named(found.image)
}

images := data.plimline.parameters["forbidden-images"].images

why(entry) := concat("; ", [part |
	some part in [object.get(entry, "because", ""), instead(entry)]
	part != ""
])

instead(entry) := sprintf("%s takes its place", [entry.use])

instead(entry) := "" if not entry.use

# A replacement without a tag takes the one that is there.
replacement(found, entry) := lib.risky_fix(sprintf("Use %s; it may have other packages and users", [image]), [lib.image_edit(found, image)]) if {
	image := sprintf("%s%s", [entry.use, kept_tag(found.image, entry.use)])
} else := null

kept_tag(_, use) := "" if regex.match(`[:@][^/]*$`, use)

kept_tag(image, use) := sprintf(":%s", [image.tag]) if not regex.match(`[:@][^/]*$`, use)
