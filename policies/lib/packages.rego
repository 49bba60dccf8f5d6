# Commands and packages
package plimline.lib

# The commands that run a program, by its base name.
runs(name) := object.get(input.programs, name, [])

# The words of a command that are neither flags nor a flag's value; the verb is the first.
operands(command, valued) := [word |
	some i, word in command.words
	i > 0
	not startswith(word.value, "-")
	not command.words[i - 1].value in valued
]

# A command has one of the flags.
has_flag(command, flags) if {
	some arg in command.args
	split(arg, "=")[0] in flags
}

# A command has a short flag, also among others behind one dash: -y in -qqy.
has_letter(command, letter) if {
	some arg in command.args
	regex.match(sprintf(`^-[A-Za-z]*%s[A-Za-z]*$`, [letter]), arg)
}

# Package managers that name packages behind a verb: their verbs, and the flags that take a value.
managers := {
	"apt": apt, "apt-get": apt, "aptitude": apt,
	"apk": {
		"verbs": {"add"},
		"valued": {
			"-t", "--virtual", "-X", "--repository", "-p", "--root", "--keys-dir", "--repositories-file", "--arch", "--wait",
			"--cache-dir", "--progress-fd", "--timeout",
		},
	},
	"yum": dnf, "dnf": dnf, "microdnf": dnf, "tdnf": dnf,
	"zypper": {"verbs": {"install", "in"}, "valued": {"-t", "--type", "-r", "--repo", "--from", "-n", "--name", "--root", "-R", "-D", "--reposd-dir", "-C", "--cache-dir"}},
	"pip": pip,
	"pipx": {"verbs": {"install"}, "valued": {"--python", "--suffix", "--pip-args", "-i", "--index-url", "--preinstall"}},
	"npm": {
		"verbs": {"install", "i", "add", "in", "isntall"},
		"valued": {
			"--registry", "--loglevel", "--prefix", "-C", "--cache", "--userconfig", "--globalconfig", "--tag", "--omit", "--include", "-w", "--workspace",
			"--fetch-retries", "--fetch-timeout", "--save-prefix", "--network-timeout", "--maxsockets", "--location",
		},
	},
	"gem": {
		"verbs": {"install", "i"},
		"valued": {
			"-v", "--version", "-n", "--bindir", "-i", "--install-dir", "-s", "--source", "-P", "--trust-policy", "--platform", "-g", "--file", "-p",
			"--http-proxy", "--use-system-libraries", "--document",
		},
	},
	"yarn": {"verbs": {"add"}, "valued": {"--cwd", "--registry", "--network-timeout", "--cache-folder", "--modules-folder", "--mutex"}},
}

apt := {
	"verbs": {"install"},
	"valued": {"-t", "--target-release", "--default-release", "-o", "--option", "-c", "--config-file", "-a", "--host-architecture", "-P", "--build-profiles"},
}

dnf := {
	"verbs": {"install", "in", "localinstall"},
	"valued": {
		"-x", "--exclude", "--excludepkgs", "-c", "--config", "--enablerepo", "--disablerepo", "--repo", "--repoid", "--installroot", "--releasever", "--setopt",
		"-d", "--debuglevel", "-e", "--errorlevel", "--rpmverbosity", "-R", "--randomwait", "--forcearch", "--comment",
	},
}

pip := {
	"verbs": {"install"},
	"valued": {
		"-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-t", "--target", "--platform", "--python-version", "--implementation", "--abi", "--root",
		"--prefix", "-b", "--build", "--src", "--upgrade-strategy", "--install-option", "--global-option", "-C", "--config-settings", "--no-binary",
		"--only-binary", "--progress-bar", "--root-user-action", "--report", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host",
		"--proxy", "--retries", "--timeout", "--exists-action", "--cert", "--client-cert", "--cache-dir", "--log", "--python", "--use-feature",
		"--use-deprecated", "--keyring-provider", "--build-option",
	},
}

# What a manager's commands install: the command and the words that name packages.
installs(name) := [{"command": command, "packages": array.slice(found, 1, count(found))} |
	some command in runs(name)
	found := operands(command, managers[name].valued)
	found[0].value in managers[name].verbs
]

# python -m pip install
module_installs := [{"command": command, "packages": array.slice(found, 2, count(found))} |
	some name in {"python", "python2", "python3"}
	some command in runs(name)
	array.slice(command.args, 0, 2) == ["-m", "pip"]
	found := operands(command, pip.valued)
	found[0].value == "pip"
	found[1].value in pip.verbs
]

pip_installs := array.concat(by_name, module_installs) if {
	# pip, pip3, pip3.13
	by_name := [{"command": command, "packages": array.slice(found, 1, count(found))} |
		some name, commands in input.programs
		regex.match(`^pip[0-9.]*$`, name)
		some command in commands
		found := operands(command, pip.valued)
		found[0].value in pip.verbs
	]
}

# One finding for a command, at the first of the packages.
unpinned(packages) := at(packages[0], sprintf("%s: without a version this is whatever is newest on the day of the build", [named])) if {
	names := [word.value | some word in packages]
	named := sprintf("%s%s", [concat(", ", array.slice(names, 0, 3)), more(count(names) - 3)])
}

more(n) := sprintf(" and %d more", [n]) if n > 0

more(n) := "" if n <= 0

# What a command leaves in its layer is shipped, or comes into images that are built on this one.
kept(command) if command.stage in final_chain

kept(command) if command.onbuild

# The RUN of a command has a cache or tmpfs mount at or above a folder that matches.
mounted(command, pattern) if {
	some mount in mounts(input.instructions[command.instruction])
	mount.type in {"cache", "tmpfs"}
	regex.match(pattern, mount.target)
}

# A later command of the same RUN.
later(command) := [other |
	some other in input.instructions[command.instruction].commands
	other.span[0] > command.span[0]
]

# A later command of the same RUN deletes a folder that matches.
deleted_later(command, pattern) if {
	some other in later(command)
	other.name in {"rm", "find"}
	some word in other.words
	regex.match(pattern, word.value)
}

# A configuration file for apt is written or copied: it may answer questions, and say what is installed.
apt_configured if {
	some command in input.commands
	some redirect in command.redirects
	contains(redirect.target.value, "apt.conf")
}

apt_configured if {
	some instruction in array.concat(input.by.copy, input.by.add)
	contains(instruction.body.text, "apt.conf")
}
