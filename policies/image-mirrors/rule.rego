# METADATA
# title: An image is pulled past the mirror
# description: |
#   A mirror keeps images that are gone elsewhere, has no pull limits, and is what the scanner looks at. Each image that has one is to be pulled
#   from it; `plimline fix` writes that where the image is named without variables. It covers FROM, COPY --from, RUN --mount and `# syntax=`.
# related_resources:
#   - https://docs.docker.com/docker-hub/usage/
# custom:
#   severity: warning
#   category: operation
#   needs-parameters: [mirrors]
#   since: 0.1.0
package plimline.policies["image-mirrors"]

import data.plimline.lib

findings contains lib.mended(lib.through(found.at, message), fix(found, mirrored)) if {
	some found in lib.images
	lib.named(found.image)
	full := sprintf("%s/%s", [found.image.registry, found.image.repository])
	mirror := mirror_of(full)
	not startswith(full, sprintf("%s/", [mirror.at]))
	mirrored := sprintf("%s%s", [mirror.at, trim_prefix(full, mirror.of)])
	message := sprintf("%s is pulled past the mirror of %s: there it is %s", [found.image.text, mirror.of, mirrored])
}

findings contains lib.unknown(found.at, sprintf("whether %s has a mirror cannot be told", [found.image.text])) if {
	mirrors != {}
	some found in lib.images
	not lib.named(found.image)
	contains(object.get(found.image, "registry", ""), "$")
}

mirrors := data.plimline.parameters["image-mirrors"].mirrors

# The mirror of the longest beginning of an image's name.
mirror_of(full) := {"of": longest, "at": trim_right(mirrors[longest], "/")} if {
	lengths := {count(name): name |
		some name, _ in mirrors
		startswith(full, sprintf("%s/", [trim_right(name, "/")]))
	}
	longest := lengths[max(object.keys(lengths))]
}

# The mirror has the same image, so the fix is safe.
fix(found, mirrored) := lib.fix("Pull it from the mirror", [lib.image_edit(found, sprintf("%s%s%s", [mirrored, tag(found.image), digest(found.image)]))])

fix(found, _) := null if not lib.image_edit(found, "")

tag(image) := sprintf(":%s", [image.tag])

tag(image) := "" if not image.tag

digest(image) := sprintf("@%s", [image.digest])

digest(image) := "" if not image.digest
