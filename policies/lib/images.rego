package plimline.lib

# Every image that the file names: behind FROM, COPY --from, RUN --mount and # syntax=. Each is {"at": node, "image": image}; the node is where
# the name is written, and has the variables in it.
images := array.flatten([from_images, copied_images, frontends])

from_images := [{"at": stage.from, "image": stage.from.image} |
	some stage in input.stages
	stage.from.kind in {"image", "unknown"}
]

copied_images := [{"at": copy.from, "image": copy.image} |
	some copy in input.copies
	copy.kind == "image"
]

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

# A message with a reason behind it, when there is one.
with_reason(message, reason) := sprintf("%s: %s", [message, reason]) if reason != ""

with_reason(message, "") := message

# A number, written out, is one of the items or lies in one that is a range: 8080, 1024-65535.
in_ranges(number, items) if {
	some item in items
	[low, high] := bounds(sprintf("%v", [item]))
	low <= to_number(number)
	to_number(number) <= high
}

# The ends of a range, or of a number alone.
bounds(text) := [to_number(part) | some part in array.concat(parts, parts)] if {
	regex.match(`^[0-9]+$`, text)
	parts := [text]
} else := [to_number(part) | some part in split(text, "-")] if regex.match("^[0-9]+-[0-9]+$", text)
