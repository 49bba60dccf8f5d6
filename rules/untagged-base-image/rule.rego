# METADATA
# title: Base image has no tag
# description: |
#   An image without a tag is its `latest`, which is moved to whatever was pushed last. Tomorrow's build may start from another
#   release than today's, and nobody can tell from the Dockerfile which one it was.
# related_resources:
#   - https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
# custom:
#   severity: warning
#   category: reproducibility
#   aliases:
#     - hadolint/DL3006
#     - trivy/DS-0001
#     - trivy/AVD-DS-0001
#     - checkov/CKV_DOCKER_7
#     - kics/9efb0b2d-89c9-41a3-91ca-dcc0aec911fd
#     - semgrep/missing-image-version
#   differs:
#     - >-
#       hadolint (DL3006) passes every image whose name begins with a variable; here `ARG B=ubuntu` and `FROM $B` is an image without a tag.
#   since: 0.1.0
package plimline.rules["untagged-base-image"]

import data.plimline.lib

findings contains finding if {
	some stage in input.stages
	image := stage.from.image
	image.kind == "image"
	not image.invalid
	not image.tag
	not image.digest
	finding := lib.through(stage.from, sprintf("%s has no tag, so it is whatever was pushed last", [image.text]))
}
