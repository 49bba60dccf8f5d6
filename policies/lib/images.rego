# Images
package plimline.lib

# Every image that the file names: behind FROM, COPY --from, RUN --mount and # syntax=. Each is {"at": node, "image": image}; the node is where
# the name is written, and has the variables in it.
images := array.flatten([from_images, copied_images, frontends])

# The part of images that FROM names.
from_images := [{"at": stage.from, "image": stage.from.image} |
	some stage in input.stages
	stage.from.kind in {"image", "unknown"}
]

# The part of images that COPY --from and RUN --mount name.
copied_images := [{"at": copy.from, "image": copy.image} |
	some copy in input.copies
	copy.kind == "image"
]

# The part of images that # syntax= names.
frontends := [{"at": at, "image": image} |
	some directive in input.directives
	image := directive.image
	at := {"span": image.span, "text": image.text, "state": "known", "vars": []}
]

# The value of a node does not depend on what the caller gives.
decided(node) if node.state in {"known", "automatic"}

# The image has a name that does not depend on what the caller gives; its tag may.
named(image) if {
	image.name != ""
	not contains(image.familiar, "$")
}

# An image is one of the patterns'. A pattern is what people write (golang, ghcr.io/example/app), or all of it (docker.io/library/golang); with a
# tag behind it (golang:1.2?-*) the tag counts too, and an image without tag and digest has latest. * stands for anything.
image_matches(image, patterns) if {
	some pattern in patterns
	some name in {image.familiar, sprintf("%s/%s", [image.registry, image.repository])}
	glob.match(pattern, null, sprintf("%s%s", [name, tag_for(image, pattern)]))
}

tag_for(_, pattern) := "" if not regex.match(`:[^/]*$`, pattern)

tag_for(image, pattern) := sprintf(":%s", [object.get(image, "tag", untagged(image))]) if regex.match(`:[^/]*$`, pattern)

untagged(image) := "latest" if not image.digest

untagged(image) := "" if image.digest

# An edit that names another image, where this one is written without variables.
image_edit(found, text) := edit(found.at.span, text) if {
	found.at.vars == []
	found.at.text == found.image.text
}
