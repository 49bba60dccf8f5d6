# METADATA
# title: A package that is not to be in an image
# description: |
#   Compilers, ssh servers and debuggers are what somebody who gets into a container would like to find there, and some libraries have a licence
#   or a history. It covers what apt, apk, dnf, yum, zypper, pip, npm, yarn and gem install by name. What the same RUN removes again is not in
#   the image; what lock files and requirements name is not seen.
# custom:
#   severity: warning
#   category: security
#   security-severity: "4.0"
#   needs-parameters: [packages]
#   since: 0.1.0
package plimline.policies["forbidden-packages"]

import data.plimline.lib

findings contains lib.at(word, message) if {
	some install in installs
	some word in install.packages
	name := package_name(word.value)
	not expands(name)
	some pattern, why in parameters.packages
	matches(pattern, install.manager, name)
	not removed(install, name)
	message := lib.with_reason(sprintf("the package %s is not to be installed", [name]), why)
}

findings contains lib.unknown(word, sprintf("which packages %s stands for cannot be told", [word.text])) if {
	parameters.packages != {}
	some install in installs
	some word in install.packages
	expands(package_name(word.value))
}

# A variable, or what another command says, takes part in the name; in a version it does not matter.
expands(name) if regex.match("[$`]", name)

parameters := data.plimline.parameters["forbidden-packages"]

installs contains object.union(install, {"manager": manager}) if {
	some manager, _ in lib.managers
	some install in lib.installs(manager)
	in_scope(install.command)
}

installs contains object.union(install, {"manager": "pip"}) if {
	some install in lib.pip_installs
	in_scope(install.command)
}

in_scope(_) if parameters.stages == "all"

in_scope(command) if {
	parameters.stages == "shipped"
	lib.kept(command)
}

# Without version, release, extras and architecture; "" for a file or an address.
package_name(text) := regex.find_n(`^@?[^@=<>~!;:\[\s/]+(/[^@=<>~!;:\[\s/]+)?`, text, 1)[0] if {
	startswith(text, "@")
} else := regex.find_n(`^[^@=<>~!;:\[\s/]*`, text, 1)[0] if not regex.match("^[./]|://", text)

# npm:lodash is one of npm's alone.
matches(pattern, manager, name) if {
	name != ""
	some subject in {name, sprintf("%s:%s", [manager, name])}
	glob.match(pattern, null, subject)
}

# A later command of the same RUN removes the package, or what cannot be told.
removed(install, name) if {
	some other in lib.later(install.command)
	some i, word in other.words
	i > 0
	removes(other)
	gone(install, name, word)
}

# apk: apt-mark auto marks everything for the autoremove behind it.
removed(install, _) if {
	some other in lib.later(install.command)
	other.name == "apt-mark"
	other.args[0] == "auto"
}

removes(command) if {
	some arg in command.args
	arg in {"remove", "purge", "autoremove", "del", "erase", "uninstall", "rm"}
	command.name in {"apt", "apt-get", "aptitude", "apk", "yum", "dnf", "microdnf", "tdnf", "zypper", "pip", "pip2", "pip3", "npm", "yarn", "gem"}
}

gone(_, name, word) if glob.match(word.value, null, name)

gone(_, _, word) if startswith(word.value, "$")

# apk add --virtual .build-deps ... apk del .build-deps
gone(install, _, word) if {
	some i, flag in install.command.words
	flag.value in {"-t", "--virtual"}
	install.command.words[i + 1].value == word.value
}

gone(install, _, word) if sprintf("--virtual=%s", [word.value]) in install.command.args
