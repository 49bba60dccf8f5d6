package dockerfile.registry

import data.lib.old as known
import future.keywords.in
import input as dockerfile

deny_unknown[msg] {
	some command in dockerfile
	command.Cmd == "from"
	not known.is_known(command.Value[0])
	msg := sprintf("%s: %s", [command.Value[0], data.conftest.file.name])
}
