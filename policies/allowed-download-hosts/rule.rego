# METADATA
# title: A download from a host that is not allowed
# description: |
#   What a build downloads is run or shipped, and from a host that nobody has agreed to trust it may be anything, or gone tomorrow. It covers
#   addresses behind ADD and those that RUN gives to curl, wget, aria2c, git and package managers. Scripts that RUN calls are not seen.
# custom:
#   severity: warning
#   category: security
#   security-severity: "5.0"
#   needs-parameters: [hosts]
#   since: 0.1.0
package plimline.policies["allowed-download-hosts"]

import data.plimline.lib

findings contains lib.at(download.at, message) if {
	hosts != []
	some download in downloads
	host := host_of(download.url)
	not contains(host, "$")
	not allowed(download.url)
	message := sprintf("%s is not among the hosts to download from: %s", [host, concat(", ", hosts)])
}

findings contains lib.unknown(download.at, sprintf("which host %s is on cannot be told", [download.at.text])) if {
	hosts != []
	some download in downloads
	not told(download.url)
}

hosts := data.plimline.parameters["allowed-download-hosts"].hosts

told(url) if not contains(host_of(url), "$")

downloads contains {"at": source, "url": source.value} if {
	some instruction in input.by.add
	some source in array.slice(instruction.args, 0, count(instruction.args) - 1)
	host_of(source.value)
}

downloads contains {"at": word, "url": url} if {
	some command in input.commands
	downloads_from(command)
	some i, word in command.words
	i > 0
	not regex.match(other_flags, command.words[i - 1].value)
	not regex.match(other_flags, word.value)
	url := regex.replace(with_variables(word, command.stage), `^--?[a-z-]+=`, "")
	host_of(url)
}

# curl $URL
downloads contains {"at": word, "url": word.value} if {
	some name in {"curl", "wget"}
	some command in lib.runs(name)
	some i, word in command.words
	i > 0
	regex.match(`^\$\{?[A-Za-z_]`, word.value)
	not startswith(command.words[i - 1].value, "-")
	not host_of(with_variables(word, command.stage))
}

downloads_from(command) if command.name in {"curl", "wget", "aria2c", "svn", "npm", "npx", "yarn", "pnpm", "gem", "rpm", "dpkg", "pipx", "uv"}

downloads_from(command) if lib.managers[command.name]

downloads_from(command) if regex.match(`^(pip|python)[0-9.]*$`, command.name)

downloads_from(command) if {
	command.name == "git"
	some arg in command.args
	arg in {"clone", "fetch", "pull", "ls-remote", "submodule", "remote"}
}

# Flags whose value is an address of something else.
other_flags := `^(-x|--proxy|--preproxy|--socks5|-e|--referer|-H|--header|-A|--user-agent|-d|--data[a-z-]*|-F|--form|-X|-o|--output|-O|--output-document)(=|$)`

# A word with the values of the variables that ENV and ARG set.
with_variables(word, stage) := strings.replace_n(
	{text: value |
		some name in word.vars
		value := known[stage][name]
		some text in {sprintf("$%s", [name]), sprintf("${%s}", [name])}
	},
	word.value,
)

known := {stage.index: values |
	some stage in input.stages
	values := {variable.name: variable.value |
		some variable in stage.env
		variable.state == "known"
	}
}

host_of(url) := found[0][1] if {
	found := regex.find_all_string_submatch_n(`^(?:[a-z][a-z0-9+.-]*://(?:[^/@]*@)?|git@)([^/:?#]+)`, url, 1)
	not regex.match(`^(localhost|127\.[0-9.]+|\[)$`, found[0][1])
	not startswith(url, "file:")
}

# A pattern is a host, or one with the beginning of a path.
allowed(url) if {
	some pattern in hosts
	not contains(pattern, "/")
	glob.match(pattern, null, host_of(url))
}

allowed(url) if {
	some pattern in hosts
	contains(pattern, "/")
	place := regex.replace(url, `^(?:[a-z][a-z0-9+.-]*://(?:[^/@]*@)?|git@)([^/:?#]+)(?::[0-9]+)?[/:]?`, "$1/")
	glob.match(sprintf("%s/*", [trim_right(pattern, "/*")]), null, place)
}
