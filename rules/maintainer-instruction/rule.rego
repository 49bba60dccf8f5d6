# METADATA
# title: MAINTAINER is deprecated
# description: |
#   It is gone from the documentation since Docker 1.13, and only sets a field that tools no longer show. Use
#   `LABEL org.opencontainers.image.authors="..."`.
# related_resources:
#   - https://docs.docker.com/reference/build-checks/maintainer-deprecated/
# custom:
#   severity: note
#   category: clarity
#   aliases:
#     - hadolint/DL4000
#     - buildkit/MaintainerDeprecated
#     - trivy/DS-0022
#     - trivy/AVD-DS-0022
#     - checkov/CKV_DOCKER_6
#     - kics/99614418-f82b-4852-a9ae-5051402b741c
#     - semgrep/maintainer-is-deprecated
#   needs: [MAINTAINER]
#   since: 0.1.0
package plimline.rules["maintainer-instruction"]

import data.plimline.lib

findings contains lib.mended(lib.at(instruction.keyword, "MAINTAINER is deprecated; use LABEL org.opencontainers.image.authors"), label(instruction)) if {
	some instruction in input.instructions
	instruction.name == "maintainer"
	not instruction.onbuild
}

label(instruction) := lib.fix("Write a LABEL", [lib.edit(instruction.span, sprintf(`LABEL org.opencontainers.image.authors="%s"`, [name]))]) if {
	name := trim(instruction.body.text, `"'`)
	regex.match(`^[^"\\$]+$`, name)
} else := null
