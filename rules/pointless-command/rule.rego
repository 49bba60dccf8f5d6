# METADATA
# title: A command that does nothing in a build
# description: |
#   Programs that show or change a running machine have nothing to work on in a build: there are no services, no terminal and no other
#   processes. What they do is gone when the RUN ends.
# custom:
#   severity: note
#   set: strict
#   category: clarity
#   aliases: [hadolint/DL3001, kics/9b6b0f38-92a2-41f9-b881-3a1083d99f1b, semgrep/nonsensical-command]
#   since: 0.1.0
package plimline.rules["pointless-command"]

import data.plimline.lib

findings contains lib.at(command.words[0], sprintf("%s has nothing to work on in a build, and nothing of it is left when the RUN ends", [command.name])) if {
	some name in {"ssh", "vim", "vi", "nano", "shutdown", "reboot", "service", "ps", "free", "top", "htop", "kill", "killall", "mount", "umount", "ifconfig", "systemctl"}
	some command in lib.runs(name)
	not enables(command)
	not checks(command)
	not conditional_cleanup(command)
}

# systemctl enable makes a link, which stays.
enables(command) if {
	command.name == "systemctl"
	some arg in command.args
	arg in {"enable", "mask", "set-default", "disable", "unmask", "preset"}
}

# ssh -V, mount --version
checks(command) if command.args[0] in {"-V", "--version", "-v", "version", "--help"}

# A server started in this RUN, for a database's first data.
conditional_cleanup(command) if {
	command.name in {"service", "kill", "killall", "ps", "mount", "umount"}
	count(input.instructions[command.instruction].commands) > 1
}
