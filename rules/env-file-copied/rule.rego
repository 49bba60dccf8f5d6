# METADATA
# title: A file of secrets is copied into the image
# description: |
#   `.env` and its kin are where passwords and keys of one machine are kept. What is copied stays in its layer, even if a later step deletes
#   it, and everyone who can pull the image reads it. Name it in .dockerignore, and give the values when the container starts or with
#   `RUN --mount=type=secret`.
# related_resources:
#   - https://docs.docker.com/build/building/secrets/
# custom:
#   severity: warning
#   set: strict
#   category: security
#   since: 0.1.0
package plimline.rules["env-file-copied"]

import data.plimline.lib

findings contains lib.at(source, message) if {
	some copy in input.copies
	copy.kind == "main"
	not copy.mount
	copy.into in lib.final_chain
	some source in copy.sources
	not source.ignored
	regex.match(`(^|/)(\.env(\.local)?|\.envrc|\.pgpass|\.pypirc|\.vault-token|\.aws/credentials|\.docker/config\.json|\.kube/config|kubeconfig)$`, source.value)
	message := sprintf("%s stays in this layer for everyone who has the image", [source.text])
}
