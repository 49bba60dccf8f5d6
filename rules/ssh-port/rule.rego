# METADATA
# title: The SSH port is exposed
# description: |
#   A container with an SSH server is one more machine with keys, passwords and logins to look after, and whoever gets in changes what the
#   image said. To look into a container, `docker exec` and `kubectl exec` need no server. Programs that speak SSH themselves, such as a
#   server for git, listen on a port above 1024 when they do not run as root.
# custom:
#   severity: warning
#   set: strict
#   category: security
#   aliases: [trivy/DS-0004, trivy/AVD-DS-0004, kics/5907595b-5b6d-4142-b173-dbb0e73fbff8, checkov/CKV_DOCKER_1]
#   needs: [EXPOSE]
#   since: 0.1.0
package plimline.rules["ssh-port"]

import data.plimline.lib

findings contains lib.at(port, message) if {
	some instruction in input.by.expose
	instruction.stage in lib.final_chain
	some port in instruction.args
	number := split(port.value, "/")[0]
	regex.match(`^([0-9]+-)?22(-[0-9]+)?$`, number)
	message := sprintf("%s is the port of an SSH server", [number])
}
