# METADATA
# title: Base image is tagged latest
# description: |
#   `latest` is moved to whatever was pushed last. Tomorrow's build may start from another
#   release than today's, and nobody can tell from the Dockerfile which one it was.
# related_resources:
#   - https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
# custom:
#   severity: warning
#   category: reproducibility
#   aliases:
#     - hadolint/DL3007
#     - trivy/DS-0001
#     - trivy/AVD-DS-0001
#     - checkov/CKV_DOCKER_7
#     - kics/f45ea400-6bbe-4501-9fc7-1c3d75c32067
#     - semgrep/avoid-latest-version
#   differs:
#     - >-
#       hadolint (DL3007) does not see `latest` that comes through an ARG.
#   since: 0.1.0
package plimline.rules["latest-tag"]

import data.plimline.lib

findings contains finding if {
	some stage in input.stages
	image := stage.from.image
	image.kind == "image"
	image.tag == "latest"
	not image.digest
	finding := lib.through(
		stage.from,
		sprintf("%s is whatever was pushed to it last", [image.text]),
	)
}
