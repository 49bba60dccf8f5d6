# METADATA
# title: WORKDIR is in a folder of the kernel
# description: |
#   /proc, /sys and /dev are mounted over when a container starts: what the image has there is not seen, and the container does not start or
#   works in an empty folder. `/proc/self/fd/...` as the working directory is also the way out of the container that runc had before 1.1.12.
# related_resources:
#   - https://nvd.nist.gov/vuln/detail/CVE-2024-21626
# custom:
#   severity: error
#   category: security
#   security-severity: "7.0"
#   aliases: [trivy/DS-0030, trivy/AVD-DS-0030]
#   differs:
#     - >-
#       Trivy (DS-0030) also names /boot, /initrd and /lost+found, which are folders like any other in a container.
#   since: 0.1.0
package plimline.rules["workdir-in-system-folder"]

import data.plimline.lib

findings contains lib.at(arg, message) if {
	some instruction in input.by.workdir
	some arg in instruction.args
	folder := regex.find_n(`^/+(proc|sys|dev)(/|$)`, arg.value, 1)[0]
	message := sprintf("the kernel's %s is mounted over this when the container starts", [trim_suffix(folder, "/")])
}
