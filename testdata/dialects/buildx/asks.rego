package docker

import rego.v1

is_app if input.image.repo == "ghcr.io/org/app"

deny_msg contains "another app" if {
	is_app
	not startswith(input.image.checksum, "sha256:e3")
}

deny_msg contains sprintf("%s has no label", [input.image.ref]) if {
	input.image.host == "docker.io"
	not input.image.isCanonical
	not input.image.labels.team
}

deny_msg contains "a release" if input.git.ref == "refs/tags/v1"

deny_msg contains "a tag" if input.git.tagName == "v0.26.1"

deny_msg contains "another file" if input.env.filename != "Dockerfile"

decision := {"allow": count(deny_msg) == 0, "deny_msg": deny_msg}
