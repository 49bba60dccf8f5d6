# METADATA
# title: WORKDIR is relative to the base image's
# description: |
#   A relative WORKDIR is appended to the one in force. With none set before it in this file, that is the base image's,
#   so the directory moves when the base image changes its own.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/workdir-relative-path/
# custom:
#   severity: warning
#   category: correctness
#   aliases:
#     - hadolint/DL3000
#     - buildkit/WorkdirRelativePath
#     - trivy/DS-0009
#     - trivy/AVD-DS-0009
#     - checkov/CKV_DOCKER_10
#     - kics/6b376af8-cfe8-49ab-a08d-f32de23661a4
#     - semgrep/use-absolute-workdir
#   differs:
#     - >-
#       hadolint (DL3000) flags every relative path, also below an absolute one of the same stage.
#   needs: [WORKDIR]
#   since: 0.1.0
package plimline.rules["relative-workdir"]

import data.plimline.lib

findings contains lib.mended(lib.at(path, message), from_root(instruction, path)) if {
	some instruction in input.by.workdir
	not instruction.workdir
	path := instruction.args[0]
	not absolute(path.value)
	message := sprintf("%s is appended to the base image's WORKDIR", [path.text])
}

absolute(path) if startswith(path, "/")

absolute(path) if startswith(path, `\`)

# A Windows drive, or a variable that may hold an absolute path.
absolute(path) if regex.match(`^([A-Za-z]:|\$|%|"?[A-Za-z]:)`, path)

# These images work in the root folder.
from_root(instruction, path) := lib.fix(sprintf("Write /%s", [path.text]), [lib.insert(path.span[0], "/")]) if {
	input.stages[instruction.stage].base.familiar in {"alpine", "debian", "ubuntu", "busybox", "scratch", "fedora", "centos", "rockylinux", "almalinux"}
	regex.match(`^[A-Za-z0-9_][A-Za-z0-9_./-]*$`, path.text)
} else := null
