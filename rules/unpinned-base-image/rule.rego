# METADATA
# title: The base image has no digest
# description: |
#   A tag is moved whenever its image is built again: two builds of one commit may stand on two bases, and whoever can push to the tag
#   changes what is shipped. `golang:1.26-alpine@sha256:...` names one image for ever; tools such as Renovate and Dependabot change the digest
#   when there is a new one. An image without a tag, or with latest, has rules of its own.
# related_resources:
#   - https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
# custom:
#   severity: note
#   set: strict
#   category: reproducibility
#   aliases: [semgrep/dockerfile-source-not-pinned]
#   since: 0.1.0
package plimline.rules["unpinned-base-image"]

import data.plimline.lib

findings contains lib.through(from, message) if {
	some stage in input.stages
	from := stage.from
	from.kind == "image"
	from.state in {"known", "automatic"}
	not from.image.digest
	not from.image.tag == "latest"
	not commit(from.image.tag)
	message := sprintf("%s may be another image tomorrow; name its digest too", [from.image.text])
}

# A tag that is made from what the image holds.
commit(tag) if regex.match(`^[a-z0-9.-]*[0-9a-f]{40,}$`, tag)
