# METADATA
# title: Kubernetes cannot tell that the user is not root
# description: |
#   With `runAsNonRoot: true` Kubernetes wants a number: `container has runAsNonRoot and image has non-numeric user (app), cannot verify
#   user is non-root`, and the container is not started. Write the user's number, as in `USER 65532:65532`.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: note
#   set: strict
#   category: security
#   aliases: [hadolint/DL3066]
#   needs: [USER]
#   since: 0.1.0
package plimline.rules["user-by-name"]

import data.plimline.lib

findings contains lib.mended(lib.at(user, message), number(name)) if {
	lib.final.base.class != "windows"
	user := lib.final.user
	user.state == "known"
	name := split(user.value, ":")[0]
	not regex.match(`^[0-9]*$`, name)
	not name in {"root", "ContainerUser", "ContainerAdministrator"}
	message := sprintf("with runAsNonRoot Kubernetes does not start this image: %s is not a number", [name])
}

# distroless calls 65532 nonroot.
number(name) := lib.fix("Write 65532:65532", [lib.edit(lib.final.user.span, "65532:65532")]) if {
	name == "nonroot"
	contains(lib.final.base.repository, "distroless/")
} else := null
