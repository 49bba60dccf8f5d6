# METADATA
# title: The program is packed with upx
# description: |
#   A packed program is unpacked into memory at each start: it starts slower, and its pages are not shared between containers. Registries
#   compress layers anyway, and virus scanners often take packed programs for malware.
# custom:
#   severity: note
#   set: strict
#   category: performance
#   needs: [upx]
#   since: 0.1.0
package plimline.rules["packed-program"]

import data.plimline.lib

findings contains lib.at(command.words[0], "a packed program starts slower and needs more memory; the layer is compressed anyway") if {
	some command in input.commands
	command.name == "upx"
	not command.args[0] in {"-d", "-t", "--version"}
}
