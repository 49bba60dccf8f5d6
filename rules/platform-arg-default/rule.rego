# METADATA
# title: A default hides the platform BuildKit would set
# description: |
#   BuildKit sets TARGETARCH and its kin for each platform it builds, but only where the ARG has no default. With one, the
#   default wins: an image for arm64 gets programs for amd64 and stops with `exec format error`.
#   Write `ARG TARGETARCH` alone. For builders that set nothing, give the default where it is used: `${TARGETARCH:-amd64}`.
# related_resources:
#   - https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope
#   - https://github.com/docker/buildx/issues/510
# custom:
#   severity: warning
#   category: correctness
#   needs: [ARG]
#   since: 0.1.0
package plimline.rules["platform-arg-default"]

import data.plimline.lib

findings contains lib.fixed(lib.at(pair, message), "Leave the default out", [lib.edit([pair.key.span[1], pair.span[1]], "")]) if {
	some instruction in input.by.arg
	some pair in instruction.pairs
	pair.key.text in {
		"TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT",
		"BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT",
	}
	default_value := pair.value.value
	not default_value in {"", "linux"}
	not startswith(default_value, "$")
	message := sprintf("%s is %s on every platform, because the default wins over the value BuildKit sets", [pair.key.text, default_value])
}
