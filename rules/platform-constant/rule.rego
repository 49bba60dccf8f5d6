# METADATA
# title: The platform of a stage is fixed
# description: |
#   `FROM --platform=linux/amd64` takes that platform whatever the image is built for: on another the container runs emulated, many times
#   slower, or not at all. Leave --platform out, or use $BUILDPLATFORM for a builder that compiles for other platforms. A stage whose
#   name says the platform is taken for meant.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/from-platform-flag-const-disallowed/
# custom:
#   severity: warning
#   category: correctness
#   aliases:
#     - hadolint/DL3029
#     - buildkit/FromPlatformFlagConstDisallowed
#     - kics/b16e8501-ef3c-44e1-a543-a093238099c9
#     - semgrep/avoid-platform-with-from
#   differs:
#     - >-
#       hadolint (DL3029) flags variables too that have a platform in them.
#   since: 0.1.0
package plimline.rules["platform-constant"]

import data.plimline.lib

findings contains lib.risky(lib.at(platform, sprintf("this stage is %s whatever platform the image is built for", [platform.value])), "Leave --platform out; the image may then be for another platform", [lib.without_platform(stage)]) if {
	some stage in input.stages
	platform := stage.from.platform
	not contains(platform.text, "$")
	parts := split(lower(platform.value), "/")
	parts[0] in {"linux", "windows", "darwin", "freebsd"}
	not said(stage, parts)
}

# The name says that it is meant: FROM --platform=linux/arm64 debian AS build-arm64
said(stage, parts) if {
	some part in parts
	contains(lower(stage.alias.text), part)
}
