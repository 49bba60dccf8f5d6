# METADATA
# title: An image has no digest
# description: |
#   Whoever can push to a tag decides what the next build is made of. A digest names one image for ever; Renovate and Dependabot change it when
#   there is a new one. It covers FROM, COPY --from, RUN --mount and `# syntax=`. To ask it of some and not of others is a policy, and for all
#   base images there is the rule `unpinned-base-image`.
# related_resources:
#   - https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
# custom:
#   severity: warning
#   category: reproducibility
#   needs-parameters: [images]
#   since: 0.1.0
package plimline.policies["pinned-images"]

import data.plimline.lib

findings contains lib.through(found.at, sprintf("%s has no digest: what it names can change", [found.image.text])) if {
	some found in unpinned
	lib.decided(found.at)
}

findings contains lib.unknown(found.at, sprintf("whether %s has a digest cannot be told", [found.image.text])) if {
	some found in unpinned
	not lib.decided(found.at)
}

unpinned := [found |
	some found in lib.images
	not found.image.digest
	lib.image_matches(found.image, parameters.images)
	not lib.image_matches(found.image, parameters.except)
]

parameters := data.plimline.parameters["pinned-images"]
