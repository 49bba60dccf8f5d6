# METADATA
# title: --platform=$TARGETPLATFORM says nothing
# description: |
#   The platform that is built for is the default of FROM.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/redundant-target-platform/
# custom:
#   severity: note
#   category: clarity
#   aliases: [hadolint/DL3065, buildkit/RedundantTargetPlatform]
#   since: 0.1.0
package plimline.rules["redundant-platform"]

import data.plimline.lib

findings contains lib.fixed(lib.at(platform, "the platform that is built for is the default"), "Leave --platform out", [lib.without_platform(stage)]) if {
	some stage in input.stages
	platform := stage.from.platform
	trim(platform.text, `"'`) in {"$TARGETPLATFORM", "${TARGETPLATFORM}"}
}
