# METADATA
# title: The container runs as root
# description: |
#   Nothing in the final stage switches to another user, so the program runs as root (uid 0).
#   Whoever breaks into it owns everything in the container, and is root on the host as soon as
#   they get out of it. Kubernetes refuses such images where `runAsNonRoot` is set.
# related_resources:
#   - https://docs.docker.com/build/building/best-practices/#user
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: warning
#   category: security
#   security-severity: "6.0"
#   aliases:
#     - hadolint/DL3002
#     - trivy/DS-0002
#     - trivy/AVD-DS-0002
#     - checkov/CKV_DOCKER_3
#     - checkov/CKV_DOCKER_8
#     - kics/67fd0c4a-68cf-46d7-8c41-bc9fba7e40ae
#     - kics/fd54f200-402c-4333-a5a4-36ef6709af2f
#     - semgrep/last-user-is-root
#     - semgrep/missing-user
#     - semgrep/missing-user-entrypoint
#   differs:
#     - >-
#       hadolint (DL3002) says nothing of an image without any USER, which runs as root, and warns of root in a builder that is not shipped.
#   since: 0.1.0
package plimline.rules["root-user"]

import data.plimline.lib

# The last USER names root.
findings contains lib.at(stage.user, message) if {
	stage := lib.final
	stage.user.state == "known"
	is_root(stage.user.value)
	message := sprintf("the container runs as %s", [stage.user.value])
}

# No USER, on a base image that runs as root.
findings contains lib.at(stage.from, message) if {
	stage := lib.final
	not stage.user
	stage.base.user == "root"
	not exported
	message := sprintf("no USER is set, and %s runs as root", [stage.base.text])
}

# No USER, on a base image we do not know.
findings contains lib.unknown(stage.from, message) if {
	stage := lib.final
	not stage.user
	stage.base.user == "unknown"
	stage.base.class != "windows"
	message := sprintf("no USER is set; whether %s runs as root is not known", [stage.base.text])
}

findings contains lib.unknown(stage.user, message) if {
	stage := lib.final
	stage.user.state != "known"
	message := sprintf("the user is %s, which is decided elsewhere", [stage.user.value])
}

is_root(user) if split(user, ":")[0] in {"root", "0", ""}

# A scratch stage with nothing to run is a set of files to export, not a container.
exported if {
	lib.final.base.kind == "scratch"
	not lib.final.entrypoint
	not lib.final.cmd
}
