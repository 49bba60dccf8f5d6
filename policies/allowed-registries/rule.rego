# METADATA
# title: An image comes from a registry that is not allowed
# description: |
#   A team that scans, mirrors or signs images does so in its own registries. An image from elsewhere gets in without it. It covers FROM,
#   COPY --from, RUN --mount and `# syntax=`.
# custom:
#   severity: error
#   category: security
#   security-severity: "5.0"
#   aliases: [hadolint/DL3026]
#   differs:
#     - >-
#       hadolint (DL3026) lets `FROM evil.example/builder` pass when a stage is called `builder`, and takes `COPY --from=0` for an image
#       called 0.
#   needs-parameters: [allow]
#   since: 0.1.0
package plimline.policies["allowed-registries"]

import data.plimline.lib

findings contains lib.through(found.at, message) if {
	count(allow) > 0
	some found in lib.images
	lib.named(found.image)
	not allowed(found.image)
	message := sprintf("%s is not from an allowed registry: %s", [found.image.text, concat(", ", allow)])
}

findings contains lib.unknown(found.at, sprintf("where %s comes from cannot be told", [found.image.text])) if {
	count(allow) > 0
	some found in lib.images
	not lib.named(found.image)
	not allowed(found.image)
}

allow := data.plimline.parameters["allowed-registries"].allow

# A pattern is a registry, or a registry with the beginning of a repository.
allowed(image) if {
	some pattern in allow
	glob.match(pattern, null, image.registry)
}

allowed(image) if {
	some pattern in allow
	contains(pattern, "/")
	glob.match(concat("", [trim_right(pattern, "/*"), "/*"]), null, sprintf("%s/%s", [image.registry, image.repository]))
}

# Docker Hub has two names.
allowed(image) if {
	image.registry == "docker.io"
	some pattern in allow
	glob.match(pattern, null, "index.docker.io")
}
