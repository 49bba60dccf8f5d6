# METADATA
# title: The packages of the base image are upgraded
# description: |
#   What the image has then depends on the day of the build: the same commit gives another image tomorrow, and the upgraded files are in
#   the image twice, in the base's layer and in this one. A newer base image, by its tag or digest, brings the same fixes, and a review
#   sees it come.
# related_resources:
#   - https://docs.docker.com/build/building/best-practices/#rebuild-your-images-often
# custom:
#   severity: note
#   set: strict
#   category: reproducibility
#   aliases: [trivy/DS-0024, trivy/AVD-DS-0024, semgrep/avoid-apk-upgrade, semgrep/avoid-apt-get-upgrade, semgrep/avoid-dnf-update, semgrep/avoid-yum-update, semgrep/avoid-zypper-update]
#   differs:
#     - >-
#       hadolint and KICS have dropped theirs and Trivy has turned its off, since an upgrade also brings security fixes where the base
#       image is late with them. That is why this is not on by default.
#   since: 0.1.0
package plimline.rules["base-packages-upgraded"]

import data.plimline.lib

findings contains lib.at(command, message) if {
	some name, verbs in upgrades
	some command in lib.runs(name)
	lib.kept(command)
	found := lib.operands(command, lib.managers[name].valued)
	count(found) == 1
	found[0].value in verbs
	not lib.has_flag(command, {"--help", "--dry-run", "-s", "--simulate", "--assumeno", "-d", "--download-only", "--downloadonly"})
	message := sprintf("what `%s %s` installs depends on the day of the build; use a newer base image", [name, found[0].value])
}

# zypper dist-upgrade has a rule of its own.
upgrades := {
	"apt-get": {"upgrade", "dist-upgrade"},
	"apt": {"upgrade", "full-upgrade", "dist-upgrade"},
	"apk": {"upgrade"},
	"yum": {"update", "upgrade"},
	"dnf": {"update", "upgrade", "distro-sync"},
	"microdnf": {"update", "upgrade"},
	"tdnf": {"update", "upgrade"},
	"zypper": {"update", "up", "patch"},
}
