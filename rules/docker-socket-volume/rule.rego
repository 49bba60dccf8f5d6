# METADATA
# title: VOLUME does not bring Docker's socket
# description: |
#   VOLUME takes nothing from the host: it makes an empty folder where programs look for the socket, and they fail with `is a directory` or
#   `connection refused`. Whoever starts the container decides with `-v /var/run/docker.sock:/var/run/docker.sock`, and should think
#   twice: who may write to that socket is root on the host.
# related_resources:
#   - https://docs.docker.com/reference/dockerfile/#volume
# custom:
#   severity: warning
#   category: correctness
#   aliases: [semgrep/dockerfile-dockerd-socket-mount]
#   differs:
#     - >-
#       Semgrep takes VOLUME for a mount of the host's socket, which it cannot be.
#   needs: [VOLUME]
#   since: 0.1.0
package plimline.rules["docker-socket-volume"]

import data.plimline.lib

findings contains lib.at(arg, message) if {
	some instruction in input.by.volume
	some arg in instruction.args
	regex.match(`^/(var/)?run/(docker|podman/podman|containerd/containerd)\.sock/?$`, arg.value)
	message := sprintf("this makes an empty folder at %s; a socket only comes from whoever starts the container", [arg.value])
}
