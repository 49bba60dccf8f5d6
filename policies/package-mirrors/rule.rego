# METADATA
# title: Packages come from elsewhere than the mirror
# description: |
#   A mirror of PyPI, npm or Go modules keeps what is withdrawn elsewhere, is scanned, and works where builds have no way out. pip, npm (yarn,
#   pnpm) and go are told of it by a variable, a flag or a configuration. One that names another place is a finding, and so is an installation
#   in an image of Docker's official library when nothing names any; whether other images bring a configuration is not known.
# related_resources:
#   - https://pip.pypa.io/en/stable/topics/configuration/
#   - https://docs.npmjs.com/cli/configuring-npm/npmrc
#   - https://go.dev/ref/mod#environment-variables
# custom:
#   severity: warning
#   category: security
#   security-severity: "4.0"
#   needs-parameters: [mirrors]
#   since: 0.1.0
package plimline.policies["package-mirrors"]

import data.plimline.lib

findings contains lib.through(setting.at, message) if {
	some setting in settings
	setting.state in {"known", "automatic"}
	mirror := mirrors[setting.tool]
	others := [place | some place in places(setting.tool, setting.text); not at_mirror(place, mirror)]
	others != []
	message := sprintf("%s is not the mirror for %s, %s", [concat(", ", others), setting.tool, mirror])
}

findings contains lib.unknown(setting.at, sprintf("whether %s is the mirror for %s cannot be told", [setting.text, setting.tool])) if {
	some setting in settings
	not setting.state in {"known", "automatic"}
	mirrors[setting.tool]
}

findings contains lib.mended(lib.at(verb_of(install), sprintf("nothing tells %s of the mirror %s", [install.tool, mirrors[install.tool]])), told(install)) if {
	some install in untold
	bare(install)
}

findings contains lib.unknown(verb_of(install), sprintf("nothing here tells %s of the mirror %s; what the base image or a copied file does is not known", [install.tool, mirrors[install.tool]])) if {
	some install in untold
	not bare(install)
}

mirrors := data.plimline.parameters["package-mirrors"].mirrors

at_mirror(place, mirror) if glob.match(trim_right(mirror, "/"), null, trim_right(place, "/"))

tools := {
	"pip": {
		"variable": "PIP_INDEX_URL",
		"variables": `^(PIP_(EXTRA_)?INDEX_URL|UV_(EXTRA_)?INDEX_URL|UV_(DEFAULT_)?INDEX)$`,
		"others": `^PIP_CONFIG_FILE$`,
		"flags": `^(-i|--index-url|--extra-index-url|--index|--default-index)(=|$)`,
		"programs": `^(pip[0-9.]*|pipx|uv|python[0-9.]*)$`,
		"files": {"pip.conf", "pip.ini", "uv.toml"},
	},
	"npm": {
		"variable": "npm_config_registry",
		"variables": `^((npm|NPM)_(config|CONFIG)_(registry|REGISTRY)|YARN_REGISTRY|YARN_NPM_REGISTRY_SERVER)$`,
		"others": `(?i)^npm_config_(user|global)config$`,
		"flags": `^--registry(=|$)`,
		"programs": `^(npm|npx|yarn|pnpm)$`,
		"files": {".npmrc", "npmrc", ".yarnrc", ".yarnrc.yml"},
	},
	"go": {
		"variable": "GOPROXY",
		"variables": `^GOPROXY$`,
		"others": `^GOENV$`,
		"flags": `^$`,
		"programs": `^go$`,
		"files": {"go.env"},
	},
}

# What names a place to take packages from.
settings contains {"tool": tool, "at": pair.value, "text": pair.value.value, "state": pair.value.state} if {
	some tool, names in tools
	some instruction in array.concat(input.by.env, input.by.arg)
	some pair in instruction.pairs
	regex.match(names.variables, pair.key.text)
	pair.value.value != ""
}

settings contains {"tool": tool, "at": assign.value, "text": assign.value.value, "state": literal(assign.value)} if {
	some tool, names in tools
	some command in input.commands
	some assign in command.assigns
	regex.match(names.variables, assign.name)
}

settings contains {"tool": tool, "at": at, "text": text, "state": literal(at)} if {
	some tool, names in tools
	some command in input.commands
	regex.match(names.programs, command.name)
	some i, word in command.words
	i > 0
	regex.match(names.flags, word.value)
	[at, text] := valued(command, i)
}

# pip config set global.index-url URL, npm config set registry URL, go env -w GOPROXY=URL
settings contains {"tool": tool, "at": at, "text": text, "state": literal(at)} if {
	some tool, pattern in {"pip": `^config set \S*index-url$`, "npm": `^(config )?set registry$`}
	some command in input.commands
	regex.match(tools[tool].programs, command.name)
	words := [i | some i, word in command.words; i > 0; not startswith(word.value, "-")]
	at := command.words[words[count(words) - 1]]
	text := at.value
	regex.match(pattern, concat(" ", [command.words[i].value | some i in array.slice(words, 0, count(words) - 1)]))
}

settings contains {"tool": tool, "at": word, "text": split(word.value, "=")[1], "state": literal(word)} if {
	some tool, name in {"npm": "registry", "go": "GOPROXY"}
	some command in input.commands
	regex.match(tools[tool].programs, command.name)
	command.args[0] in {"config", "set", "env"}
	some word in command.words
	startswith(word.value, sprintf("%s=", [name]))
}

valued(command, i) := [word, split(word.value, "=")[1]] if {
	word := command.words[i]
	contains(word.value, "=")
}

valued(command, i) := [command.words[i + 1], command.words[i + 1].value] if not contains(command.words[i].value, "=")

literal(word) := "known" if word.literal

literal(word) := "unknown" if not word.literal

# The places that a setting names; off is none.
places("go", text) := {place | some place in regex.split(`[,|]`, text); place != ""; place != "off"}

places(tool, text) := {place | some place in split(text, " "); place != ""} if tool != "go"

# What installs packages when nothing has said from where.
untold contains install if {
	some install in installs
	mirrors[install.tool]
	not said(install)
}

installs contains {"tool": "pip", "command": install.command} if some install in lib.pip_installs

installs contains {"tool": "npm", "command": command} if {
	some name in {"npm", "yarn", "pnpm"}
	some command in lib.runs(name)
	lib.operands(command, lib.managers.npm.valued)[0].value in {"install", "i", "ci", "add"}
}

installs contains {"tool": "go", "command": command} if {
	some command in lib.runs("go")
	regex.match(`^(mod download|get\b|install \S+@|run \S+@)`, concat(" ", [arg | some arg in command.args; not startswith(arg, "-")]))
}

said(install) if {
	some name, _ in lib.stage_variables(install.command.stage)
	some pattern in {tools[install.tool].variables, tools[install.tool].others}
	regex.match(pattern, name)
}

said(install) if {
	some setting in settings
	setting.tool == install.tool
	some command in input.commands
	command.stage in input.stages[install.command.stage].chain
	command.span[0] <= setting.at.span[0]
	setting.at.span[1] <= command.span[1]
}

# Nothing brings a configuration: neither the base image, nor a copy, a mount, a file of requirements or a project from elsewhere.
bare(install) if {
	stage := input.stages[install.command.stage]
	stage.base.kind == "image"
	stage.base.registry == "docker.io"
	startswith(stage.base.repository, "library/")
	not configured(install, stage)
}

configured(install, stage) if {
	some copy in input.copies
	copy.into in stage.chain
	not copy.mount
	brings(install.tool, copy)
}

configured(install, _) if {
	some mount in lib.mounts(input.instructions[install.command.instruction])
	not mount.type in {"cache", "tmpfs"}
}

configured(install, _) if {
	install.tool == "pip"
	lib.has_flag(install.command, {"-r", "--requirement", "-c", "--constraint", "--no-index", "-f", "--find-links"})
}

# npm install in a project, of which only package.json is known to be copied.
configured(install, stage) if {
	install.tool == "npm"
	count(lib.operands(install.command, lib.managers.npm.valued)) == 1
	not lib.has_flag(install.command, {"-g", "--global"})
	not manifest_copied(stage)
}

# A file of the tool's is written.
configured(install, stage) if {
	some index in stage.chain
	some command in input.stages[index].commands
	some redirect in command.redirects
	last_part(redirect.target.value) in tools[install.tool].files
}

manifest_copied(stage) if {
	some copy in input.copies
	copy.into in stage.chain
	some source in copy.sources
	glob.match(last_part(source.value), null, "package.json")
}

# A copy may bring the tool's configuration: by its name, a wildcard, a folder, or to where such files are kept. go looks for none of these.
brings(tool, copy) if {
	some source in copy.sources
	some name in tools[tool].files
	glob.match(last_part(source.value), null, name)
}

brings(tool, copy) if {
	tool != "go"
	some source in copy.sources
	may_be_folder(source)
	not lib.program(source)
}

brings(tool, copy) if {
	tool != "go"
	regex.match(`^/(etc|root)(/|$)`, object.get(copy, ["dest", "path"], "/"))
}

may_be_folder(source) if not contains(last_part(source.value), ".")

may_be_folder(source) if last_part(source.value) in {".", ".."}

last_part(path) := parts[count(parts) - 1] if parts := split(path, "/")

verb_of(install) := {"span": [words[0].span[0], words[min([1, count(words) - 1])].span[1]]} if words := install.command.words

# The mirror's address, when it is one.
told(install) := lib.risky_fix(sprintf("Set %s for this command; the mirror must have what it installs", [variable]), [lib.insert(install.command.span[0], sprintf("%s=%s ", [variable, mirror]))]) if {
	mirror := mirrors[install.tool]
	regex.match(`^https?://[^*\s]+$`, mirror)
	variable := tools[install.tool].variable
	input.instructions[install.command.instruction].form == "shell"
	install.command.wrappers == []
	install.command.depth == 0
} else := null
